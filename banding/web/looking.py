"""The ring looked up while it is typed, and the next ring for a species."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from banding import next_ring
from banding.domain import rings
from banding.domain.journeys import Journey
from banding.domain.places import Point, understand
from banding.domain.species import Species
from banding.lookup import Asked, Looked, look, ways
from banding.store.shapes import Kept
from banding.web import forms, here, language
from banding.web.typed import MOST_ANSWERS, NotTaken, has_gaps, narrow, taken
from banding.web.words import decimal, species_name, word

blueprint = Blueprint("looking", __name__)
KINDS = ("banding", "recovery")
TEXTS = {
    "used": lazy_gettext("A bird of another species wears this ring: %(bird)s. Check the number and the species."),
    "met": lazy_gettext("A bird with this ring was met before, but nobody here knows its banding."),
    "look-alike": lazy_gettext(
        "Nobody here knows this ring, but a number easily mistaken for it is known. Look again."
    ),
    "not-in-stock": lazy_gettext("This ring is not in the station's stock. Check the number and the scheme."),
    "partial": lazy_gettext("A part of the number is not read, so it stays a partial reading."),
    "whole": lazy_gettext(
        "In the hand a ring can be read in full: type all its letters and figures, or tick that it is read in part."
    ),
    "wrong": lazy_gettext("This is not a ring of this scheme. Check the number and the scheme."),
    "fresh": lazy_gettext("A new ring out of the stock."),
    "asked": lazy_gettext("When the entry is saved, a request about this ring is raised by itself."),
}
LOST = {
    "damaged": lazy_gettext("This ring is written off as damaged (%(reason)s)."),
    "lost": lazy_gettext("This ring is written off as lost (%(reason)s)."),
}
WHY = {
    "no-species": lazy_gettext("The next ring is filled in as soon as the species is known."),
    "no-stock": lazy_gettext("The station keeps no stock of this scheme's rings."),
    "no-size": lazy_gettext("Nothing is known of the ring size that this species wears here."),
    "used-up": lazy_gettext("All rings of this size are used up."),
}


# -- what is this ring? -----------------------------------------------------------------------------------


@blueprint.get("/enter/ring")
def ring() -> Response:
    """What is known of a ring, for the panel beside the form."""
    asked, why = _asked()
    if asked is None:
        return jsonify(_empty("wrong", why) if why else _empty("", ""))
    found = look(here.station(), asked)
    told = _empty(found.state, _said(found, asked))
    met = zip(found.met, ways(found.met, _point()), strict=True)
    return jsonify(
        told | {
            "history": [_line(one, *way) for one, way in met], "alike": list(found.alike),
            "schemes": list(found.schemes), "recapture": asked.kind == "banding" and found.recapture,
            "address": url_for("records.bird", scheme=asked.scheme, ring=asked.ring) if found.met else None,
        }
    )  # fmt: skip


def _empty(state: str, text: str) -> dict[str, Any]:
    return {
        "state": state, "text": text, "history": [], "alike": [], "schemes": [], "recapture": False, "address": None,
    }  # fmt: skip


def _asked() -> tuple[Asked | None, str]:
    """What is asked; nothing where no ring is typed yet, or the sentence for a text that no ring can be."""
    args, tables = request.args, here.station().tables
    scheme, text = args.get("scheme", "").strip().upper(), args.get("ring", "")
    kind = args.get("kind", "")
    if not text.strip() or not scheme or kind not in KINDS:
        return None, ""
    leaf = forms.controls(kind, 2)["core.ring"]
    try:
        number = taken("core.ring", leaf, text, tables.species, language.current())
    except NotTaken as trouble:
        return None, trouble.why
    species = _species(args.get("species", ""))
    name = species.scientific_name if species else ""
    is_said = bool(args.get("partial"))
    is_partial = is_said or has_gaps(number, tables.schemes.get(scheme))
    if is_partial and not is_said and (kind == "banding" or args.get("manner") == "recapture"):
        return None, str(TEXTS["whole"])
    return Asked(kind, scheme, number, name, is_partial), ""


def _said(found: Looked, asked: Asked) -> str:
    """What there is to say of the ring, one sentence after the other."""
    parts = [_about(found, asked)]
    if found.state in {"foreign", "unknown"} and not (asked.kind == "banding" and not found.recapture):
        parts.append(str(TEXTS["asked"]))
    if found.held and asked.kind == "recovery":
        parts.append(_("By the records it still lies in the station's stock: was its banding entered?"))
    if found.schemes:
        parts.append(_("The number is known of another scheme: %(schemes)s.", schemes=", ".join(found.schemes)))
    if not asked.ring.isascii():
        parts.append(_("It is compared as %(ring)s.", ring=rings.normal(asked.ring)))
    return " ".join(parts)


def _about(found: Looked, asked: Asked) -> str:
    """The first sentence."""
    state = found.state
    if state == "spent" and found.loss:
        return str(LOST[found.loss.state]) % {"reason": found.loss.reason}
    if state in {"foreign", "unknown"}:
        return str(TEXTS["met"]) if found.met else _nobody_knows(state, asked)
    if state == "ours":
        return _worn(found)
    if state == "fresh" and not found.keeps_stock:
        return _("Nobody here has met this ring.")
    bird = species_name(found.met[-1].core["species"]) if found.met else ""
    return str(TEXTS[state]) % {"bird": bird}


def _nobody_knows(state: str, asked: Asked) -> str:
    if state == "unknown":
        return _("It is a ring of this station's scheme, and no banding of it is known here. Check the number.")
    if asked.kind == "banding":
        return _("A ring of a foreign scheme. If the bird wears it already, enter it as a recapture.")
    return _("A ring of a foreign scheme, and no banding of it is known here.")


def _worn(found: Looked) -> str:
    banding = found.banding
    assert banding is not None
    values = {"bird": species_name(banding.core["species"]), "day": banding.core["day"], "place": _place(banding)}
    return _("A bird known here wears this ring: %(bird)s, banded %(day)s, %(place)s.", **values)


def _line(kept: Kept, way: Journey | None, is_coarse: bool) -> dict[str, Any]:
    """One encounter as the panel shows it."""
    core = kept.core
    return {
        "day": core["day"], "kind": word("manner", core["manner"]) if "manner" in core else word("kind", kept.kind),
        "place": _place(kept), "species": species_name(core["species"]),
        "age": word("age", core["age"]) if "age" in core else "",
        "sex": word("sex", core["sex"]) if "sex" in core else "",
        "distance": _far(way, is_coarse), "address": url_for("records.one", record_id=kept.uuid),
    }  # fmt: skip


def _place(kept: Kept) -> str:
    place, code = kept.groups.get("place", {}), kept.core.get("place_code", "")
    return str(place.get("name") or (word("place", code) if code else "") or kept.origin)


def _far(way: Journey | None, is_coarse: bool) -> str:
    """`412 km`; `about` where one end is an area."""
    if way is None:
        return ""
    km = decimal(round(way.km, 0 if way.km >= 10 or is_coarse else 1))
    return _("about %(km)s km", km=km) if is_coarse else _("%(km)s km", km=km)


def _point() -> Point | None:
    """Where the bird is now: as typed, else the station."""
    node = here.station().settings.node
    try:
        if found := understand(request.args.get("place", "")):
            return found
    except ValueError:
        pass
    return Point(node.latitude, node.longitude) if node.latitude is not None and node.longitude is not None else None


# -- which ring comes next? -------------------------------------------------------------------------------


@blueprint.get("/enter/next-ring")
def following() -> Response:
    """The next ring for a species; where it wears more than one size, one ring of each."""
    species = _species(request.args.get("species", ""))
    if species is None:
        return jsonify({"ring": "", "why": str(WHY["no-species"]), "offers": []})
    scheme = request.args.get("scheme", "").strip().upper()
    found = next_ring.offers(here.station(), species, scheme, here.who())
    offers = [one._asdict() for one in found.rings]
    return jsonify({"ring": offers[0]["ring"] if offers else "", "why": _why(found), "offers": offers})


def _why(found: next_ring.Offers) -> str:
    if not found.rings:
        return str(WHY[found.why])
    if len(found.rings) > 1:
        return _("This species wears more than one size: choose.")
    one = found.rings[0]
    return _("Size %(size)s, series %(series)s.", size=one.size, series=one.series) if one.size else ""


def _species(text: str) -> Species | None:
    """The one species that a text means; None while it could be several, or none that is known."""
    line, known = narrow(text), here.station().tables.species
    if not line or len(line) > 80:
        return None
    found = known.named(line) or known.search(line, MOST_ANSWERS)
    return found[0] if len(found) == 1 else None
