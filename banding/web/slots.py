"""Named places in the pages that another room fills, and entries that it adds to the menu."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, current_app
from markupsafe import Markup

Filler = Callable[..., str]


class Entry(NamedTuple):
    """One entry of the menu, shown from the given role upwards; the label is translated when shown."""

    endpoint: str
    label: str
    role: str


def init(app: Flask) -> None:
    """Make room for fillers and menu entries."""
    app.extensions["slots"] = {}
    app.extensions["menu"] = []
    app.jinja_env.globals["slot"] = slot


def fill(app: Flask, name: str, function: Filler) -> None:
    """Let a function say something in the slot; it gets what the page hands over, by name, and returns HTML.

    What is not Markup is escaped.
    """
    app.extensions["slots"].setdefault(name, []).append(function)


def slot(name: str, **values: Any) -> Markup:
    """What all fillers of a slot say, one after the other; empty when there is none."""
    return Markup("").join(function(**values) for function in current_app.extensions["slots"].get(name, ()))


def add_nav(app: Flask, endpoint: str, label: str, role: str) -> None:
    """Add an entry to the menu."""
    app.extensions["menu"].append(Entry(endpoint, label, role))
