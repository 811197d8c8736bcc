"""What the entry form says to a script: what became of an entry, and everything there is to say beside its fields."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, url_for
from flask_babel import gettext as _

from banding.domain.rules import Finding
from banding.store.shapes import Kept
from banding.web import forms, fresh, words

if TYPE_CHECKING:
    from banding.web.showing import Page


def of_page(page: "Page", status: int) -> Response:
    """An entry that is not kept: refused, to be confirmed, or saved before with other content."""
    return _sent(of(page), status)


def of(page: "Page", outcome: str = "") -> dict[str, Any]:
    """Everything there is to say about a form, sentence by sentence, each at its control."""
    troubles = {name: _sentences(found) for name, found in page.troubles.items() if name}
    for name, now in page.differs.items():
        if name:
            troubles.setdefault(name, []).append(_("it says there now: %(text)s", text=now or "—"))
    return {
        "outcome": outcome or _outcome(page), "id": page.already or None,
        "address": url_for("records.one", record_id=page.already) if page.already else None,
        "submission": page.submission, "generation": page.generation, "troubles": troubles,
        "questions": _questions(page), "warnings": _warnings(page), "loose": _loose(page), "next": {},
        "bird": bird(page.typed),
    }  # fmt: skip


def of_record(page: "Page", held: Kept, outcome: str) -> Response:
    """An entry that is in the store, with what the next form begins with."""
    following = fresh.following(held, page.session) if page.record is None and not held.withdrawn else {}
    told = of(page, outcome) | {
        "id": held.uuid, "address": url_for("records.one", record_id=held.uuid), "generation": str(held.generation),
        "next": following, "bird": bird(forms.texts(held.kind, held.groups)),
    }  # fmt: skip
    return _sent(told, 201 if outcome == "kept" else 200)


def bird(typed: Mapping[str, str]) -> dict[str, str]:
    """A bird in one line: ring, species, age and sex, and how it was met again."""
    scheme, ring, species = (typed.get(f"core.{name}", "") for name in ("scheme", "ring", "species"))
    age, sex, manner = (typed.get(f"core.{name}", "") for name in ("age", "sex", "manner"))
    parts = (ring, words.species_name(species), age, sex, words.met_again(manner))
    return {
        "scheme": scheme[:80], "ring": ring[:80], "species": species[:80],
        "line": " · ".join(part[:80] for part in parts if part),
    }  # fmt: skip


def _outcome(page: "Page") -> str:
    if page.already:
        return "already"
    return "refused" if page.troubles or page.differs or not page.findings else "to-confirm"


def _questions(page: "Page") -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"answer": answer, "words": text} for answer, text in answers]
        for name, answers in page.reading.answers.items()
    }


def _warnings(page: "Page") -> list[dict[str, str]]:
    return [
        {"code": found.code, "control": name, "text": words.sentence(found), "reason": page.reasons.get(found.code, "")}
        for name, found in page.named
        if found.severity == "warning"
    ]


def _loose(page: "Page") -> list[str]:
    """What belongs to no control."""
    told = _sentences(page.troubles.get("", ()))
    if page.already:
        told.append(_("What stands in it now differs from the saved record. Nothing has been changed yet."))
    if page.differs:
        told.append(
            _("Nothing of yours is saved yet. Compare, then save again; what stands in the form will replace it.")
        )
    return told


def _sentences(found: Iterable[str | Finding]) -> list[str]:
    return [words.sentence(one) if isinstance(one, Finding) else one for one in found]


def _sent(told: Mapping[str, Any], status: int) -> Response:
    response = jsonify(told)
    response.status_code = status
    return response
