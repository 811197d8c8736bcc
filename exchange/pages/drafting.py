"""The form of an agreement: what it begins with, and the document that was typed into it."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from banding.web.language import current
from exchange.agreements import documents, policy
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from schemas import GROUPS as ALL
from schemas.codes import table

GROUPS = tuple(group for group in ALL if group != "core")
"""The groups that can be ticked; the core always goes."""


def present(node: ExchangeNode, peer: Peer, received: Mapping[str, Any]) -> dict[str, Any]:
    """A document that says what holds now; the standard where nothing leaves at all."""
    gives = {node.code: _whole(peer.terms), peer.code: _whole(received)}
    name, row = node.station.settings.node.name, table("station").rows.get(peer.code, {})
    names = {
        node.code: _in_both(name(current()), name("en")),
        peer.code: _in_both(row.get(current(), ""), row.get("en") or peer.code),
    }
    first = node.station.intake.today().isoformat()
    return documents.new((node.code, peer.code), gives=gives, names=names, legal_basis="", valid_from=first)


LABELS = {
    "legal_basis": lazy_gettext("Legal basis"), "valid_from": lazy_gettext("From"),
    "valid_until": lazy_gettext("Until"), "kinds": lazy_gettext("Kinds of record"),
    "bandings": lazy_gettext("Bandings"), "groups": lazy_gettext("Groups of a record that leave"),
    "people": lazy_gettext("Names and addresses of people leave"),
    "embargo_days": lazy_gettext("Embargo in days"), "onward": lazy_gettext("May be passed on to"),
}  # fmt: skip


def label(field: str) -> str:
    """A field of the document as the form calls it, with the party that gives; what the form does not have as it is."""
    first, _, rest = field.partition(".")
    if first == "names" and rest:
        return str(gettext("Name of %(node)s in full", node=rest))
    code, _, name = rest.partition(".") if first == "gives" else ("", "", field)
    found = LABELS.get(name.partition(".")[0])
    return field if found is None else f"{code}: {found}" if code else str(found)


def _whole(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms in which nothing is left to be implied."""
    said = policy.STANDARD | (dict(terms) if terms.get("kinds", True) else {})
    return said | {"groups": {level: said["groups"].get(level, ["core"]) for level in policy.STANDARD["groups"]}}


def _in_both(own: str, english: str) -> str:
    """A station as the drafter's language names it, and in English for the other side."""
    return f"{own} / {english}" if own and own != english else english


def typed(form: MultiDict[str, str], us: str, peer: Peer) -> dict[str, Any]:
    """The document of a form. What cannot be read stands in it as it was typed, for the schema to name."""
    parties = (us, peer.code)
    said = {
        "gives": {code: _terms(form, code) for code in parties},
        "names": {code: form.get(f"name {code}", "").strip() for code in parties},
        "legal_basis": form.get("legal_basis", "").strip(),
        "valid_from": form.get("valid_from", "").strip(),
    }
    if until := form.get("valid_until", "").strip():
        said["valid_until"] = until
    if peer.agreement:
        said["replaces"] = peer.agreement
    return documents.new(parties, **said)


def _terms(form: MultiDict[str, str], code: str) -> dict[str, Any]:
    days, kinds = form.get(f"embargo {code}", "").strip() or "0", form.getlist(f"kinds {code}")
    return {
        "bandings": form.get(f"bandings {code}", ""),
        "kinds": [kind for kind in policy.KINDS if kind in kinds],
        "groups": {
            level: ["core", *(group for group in GROUPS if group in form.getlist(f"groups {code} {level}"))]
            for level in policy.STANDARD["groups"]
        },
        "people": bool(form.get(f"people {code}")),
        "embargo_days": int(days) if days.isascii() and days.isdecimal() and len(days) < 10 else days,
        "onward": _onward(form.get(f"onward {code}", ""), form.get(f"nodes {code}", "")),
    }


def _onward(choice: str, nodes: str) -> str | list[str]:
    return [code for code in re.split(r"[\s,;]+", nodes.upper()) if code] if choice == "some" else choice
