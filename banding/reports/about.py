"""What a download says of itself: the question, the day, counts, agreements, what was coarsened, citation, licence."""

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banding.formats.source import N_, Say, english
from banding.reports.returns import COLUMNS, ROUNDED, WITHHELD
from banding.settings import Node
from schemas.codes import Table, table


class Terms(NamedTuple):
    """Under what records of a node came here: an agreement's digest and last day, or no agreement of paper at all."""

    origin: str
    agreement: str = ""
    until: str = ""


Agreed = Callable[[Iterable[str]], list[Terms]]
"""Gives the terms under which records of these nodes came; the exchange knows."""

ASKED = {
    "species": N_("Species"), "group": N_("Group of species"), "scheme": N_("Scheme"), "ring": N_("Ring"),
    "banding_place": N_("Place code of the banding"), "place_code": N_("Place code of the recovery"),
    "banding_name": N_("Words in the name of the banding's place"),
    "place_name": N_("Words in the name of the recovery's place"),
    "region": N_("Region"), "region_of": N_("What lies in the region"),
    "banded_since": N_("Banded from"), "banded_until": N_("Banded until"),
    "since": N_("Recovered from"), "until": N_("Recovered until"),
    "month_from": N_("From month"), "month_to": N_("To month"), "condition": N_("Condition"),
    "circumstances": N_("Circumstances"), "manner": N_("Manner"),
    "km_from": N_("At least so many kilometres"), "km_to": N_("At most so many kilometres"),
    "days_from": N_("At least so many days"), "days_to": N_("At most so many days"),
    "origin": N_("Recovery entered at"), "banding_origin": N_("Banding entered at"),
}  # fmt: skip
"""The parameters of a question in words."""
CODES = {"group": "species_group", "condition": "condition", "circumstances": "circumstances", "manner": "manner"}
"""Parameters of which the values are codes, and their tables; those of figures stand beside what they mean."""
REGION_OF = {
    "either": N_("the banding or the recovery lies in it"), "banding": N_("the banding lies in it"),
    "recovery": N_("the recovery lies in it"), "both": N_("both lie in it"),
}  # fmt: skip


@dataclass
class Counts:
    """What was counted as the rows passed: rows, points by their precision, and which nodes wrote the records."""

    rows: int = 0
    rounded: int = 0
    withheld: int = 0
    origins: set[str] = field(default_factory=set)

    def take(self, row: Mapping[str, Any]) -> None:
        """Count one row."""
        self.rows += 1
        for precision in (row["banding_precision"], row["precision"]):
            self.rounded += precision == ROUNDED
            self.withheld += precision == WITHHELD
        self.origins.add(row["banding_origin"])
        self.origins.add(row["origin"])


@dataclass(frozen=True)
class Asking:
    """Who asks what of which node, when and in which language."""

    id: str
    format: str
    node: Node
    made: datetime.datetime
    typed: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    verify: str = ""
    licence: str = ""
    language: str = "en"
    say: Say = english


def told(asking: Asking, counts: Counts, terms: Iterable[Terms], seals: Mapping[str, str]) -> dict[str, Any]:
    """Everything about a file, in an order that reads well; for JSON."""
    say, names = asking.say, asking.node.names
    return {
        "id": asking.id,
        "title": title(asking),
        "format": asking.format,
        "node": {"code": asking.node.code, "names": dict(names)},
        "made": asking.made.isoformat(timespec="seconds"),
        "language": asking.language,
        "query": {
            "words": in_words(asking.typed, say, asking.language),
            "parameters": dict(asking.typed),
            "address": asking.address,
        },
        "counts": {"returns": counts.rows, "points_rounded": counts.rounded, "points_withheld": counts.withheld},
        "coarsened": coarsened(counts, say),
        "agreements": [{name: value for name, value in one._asdict().items() if value} for one in terms],
        "origins": sorted(counts.origins),
        "citation": citation(asking, counts),
        "licence": licence(asking),
        "columns": list(COLUMNS),
        "sha256": dict(seals),
        "verify": asking.verify or say(N_("banding verify FILE at the node that made it")),
    }


def title(asking: Asking) -> str:
    """What the file is, in a line."""
    return asking.say(N_("Band returns held at %(node)s"), node=asking.node.name(asking.language))


def in_words(typed: Mapping[str, str], say: Say = english, language: str = "en") -> list[str]:
    """The question, one condition a line; what asks nothing is all returns."""
    values = {name: _value(name, text, say, language) for name, text in typed.items()}
    asked = [f"{say(words)}: {values[name]}" for name, words in ASKED.items() if values.get(name)]
    return asked or [say(N_("all returns"))]


def _value(name: str, text: str, say: Say, language: str) -> str:
    """What was asked of one parameter, its codes in words."""
    if name == "region_of" and text in REGION_OF:
        return say(REGION_OF[text])
    if name not in CODES:
        return text
    codes = [part for one in re.split("[,;，；、]", text) if (part := one.strip())]
    return " / ".join(_word(table(CODES[name]), code, language) for code in codes)


def _word(codes: Table, typed: str, language: str) -> str:
    code = next((one for one in (typed, typed.upper(), typed.lower()) if one in codes), "")
    words = codes.label(code, language) if code else typed
    return f"{code} {words}" if len(code) < MANY_SIGNS and code != words else words


MANY_SIGNS = 3
"""Signs from which on a code is a word of its own, and needs none beside it."""


def coarsened(counts: Counts, say: Say = english) -> list[str]:
    """What is less than exact in the rows, and what is in no file at all."""
    found = []
    if counts.rounded:
        found.append(
            say(
                N_("%(points)s points are known here to 0.1 degree only: the point is the middle of a cell of about"
                   " 11 by 8 km, and the name of its place is left out."),
                points=counts.rounded,
            )
        )  # fmt: skip
    if counts.withheld:
        found.append(
            say(
                N_("%(points)s points are withheld by the node that wrote the record: their latitude and longitude are"
                   " empty."),
                points=counts.withheld,
            )
        )  # fmt: skip
    found = found or [say(N_("Every point is as it was written down; nothing is rounded or withheld."))]
    return [*found, say(N_("Names and addresses of people, and remarks, are in none of these files."))]


def citation(asking: Asking, counts: Counts) -> str:
    """How to cite the file."""
    return asking.say(
        N_("%(node)s (%(year)s): Band returns (%(query)s), %(rows)s rows. Downloaded on %(day)s, file %(id)s."),
        node=asking.node.name(asking.language), year=asking.made.year, rows=counts.rows, id=asking.id,
        query="; ".join(in_words(asking.typed, asking.say, asking.language)), day=asking.made.date().isoformat(),
    )  # fmt: skip


def licence(asking: Asking) -> str:
    """What may be done with the file."""
    return asking.licence or asking.say(
        N_("All rights stay with the stations that wrote the records. Ask them before you publish or pass on.")
    )


LABELS = {
    "id": N_("File"), "node": N_("Node"), "made": N_("Made"), "query": N_("Question"), "address": N_("Address"),
    "returns": N_("Returns"), "points_rounded": N_("Points to 0.1 degree"), "points_withheld": N_("Points withheld"),
    "coarsened": N_("What is coarser than it was written down"), "agreements": N_("Agreements"),
    "citation": N_("How to cite it"), "licence": N_("Licence"), "sha256": "SHA-256",
    "verify": N_("To see whether it was changed"),
}  # fmt: skip


def lines(about: Mapping[str, Any], say: Say = english) -> list[tuple[str, str]]:
    """The same for people: a heading and a text each, the title left out."""
    counts = about["counts"]
    terms = [_term(one, say) for one in about["agreements"]]
    found = [
        ("id", about["id"]), ("node", f"{about['node']['code']} {about['node']['names'].get(about['language'], '')}"),
        ("made", about["made"]), ("query", "; ".join(about["query"]["words"])), ("address", about["query"]["address"]),
        *((name, str(counts[name])) for name in ("returns", "points_rounded", "points_withheld")),
        ("coarsened", " ".join(about["coarsened"])), ("agreements", "; ".join(terms)),
        ("citation", about["citation"]), ("licence", about["licence"]),
        ("sha256", "; ".join(f"{name} {value}" for name, value in about["sha256"].items())),
        ("verify", about["verify"]),
    ]  # fmt: skip
    return [(say(LABELS[name]), text.strip()) for name, text in found if text]


def text(about: Mapping[str, Any], say: Say = english) -> str:
    """The same as a plain text."""
    return about["title"] + "\n\n" + "\n".join(f"{head}: {said}" for head, said in lines(about, say)) + "\n"


def as_json(about: Mapping[str, Any]) -> str:
    """The same for programs."""
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _term(one: Mapping[str, str], say: Say) -> str:
    origin, agreement, until = one["origin"], one.get("agreement", "")[:12], one.get("until", "")
    if not agreement:
        return say(N_("%(origin)s: no signed agreement with this node"), origin=origin)
    if not until:
        return say(N_("%(origin)s: agreement %(agreement)s"), origin=origin, agreement=agreement)
    words = N_("%(origin)s: agreement %(agreement)s until %(until)s")
    return say(words, origin=origin, agreement=agreement, until=until)
