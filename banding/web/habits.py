"""What each person has chosen for the entry forms: the fields in hand, their order, and which of them are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from banding.web import forms, here, sheet

NAME = "fields"


@dataclass(frozen=True)
class Habit:
    """Controls in the order of the hand, and those that stay from one bird to the next."""

    order: tuple[str, ...]
    keep: frozenset[str]


def of(kind: str) -> Habit:
    """What the person who asks has chosen for a kind of form; the node's ways where nothing was chosen."""
    chosen = _all().get(kind)
    chosen = chosen if isinstance(chosen, dict) else {}
    order, keep = chosen.get("order", sheet.HAND[kind]), chosen.get("keep", sheet.STAYS)
    return Habit(tuple(_known(kind, order)), frozenset(_known(kind, keep)))


def choose(kind: str, order: Iterable[str], keep: Iterable[str]) -> None:
    """Remember a choice for the person who asks; names that are no controls of the form are left out."""
    account = here.account()
    if account is not None:
        habit = {"order": list(_known(kind, order)), "keep": sorted(_known(kind, keep))}
        here.station().store.preferences.set(account.id, NAME, _all() | {kind: habit})


def keep(kind: str, name: str, kept: bool | None = None) -> None:
    """Keep a field from now on, or clear it; None turns it over."""
    habit = of(kind)
    wanted = name not in habit.keep if kept is None else kept
    choose(kind, habit.order, habit.keep | {name} if wanted else habit.keep - {name})


def _all() -> dict[str, Any]:
    account = here.account()
    told = here.station().store.preferences.get(account.id, NAME, {}) if account is not None else {}
    return told if isinstance(told, dict) else {}


def _known(kind: str, names: Iterable[Any]) -> list[str]:
    controls = forms.controls(kind, forms.MOST_ROWS)
    return [name for name in dict.fromkeys(name for name in names if isinstance(name, str)) if name in controls]
