"""The sentences of the alarms, the same on pages, in mails and at the terminal, in the three languages."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from banding.spoken import N_, said
from exchange.node import ExchangeNode
from schemas.codes import Table, table

__all__ = ["N_", "inward", "met", "moment", "outward", "safe", "said"]
LONGEST = 80
MOMENTS = {"since", "at"}
UNKNOWN = "?"
NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?|\d{4}-\d\d-\d\d( \d\d:\d\d)?")
NODE = re.compile(r"([A-Z]{2}-[A-Z0-9]{2,8})(\.[0-9a-f]{16})?")
SAFE = re.compile(
    r"[A-Z]{2}-[A-Z0-9]{2,8}(\.[0-9a-f]{16})?"  # a node or a log
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}"  # a record or a digest
    r"|W-[a-z-]{1,40}"  # a code of a refusal
)
"""What may leave the house in a mail or stand in a log: numbers and days, names of nodes and things, but no name
of a person and no ring."""
COUNTED = {"days", "expected", "count", "differences", "until", *MOMENTS}


class Words(NamedTuple):
    """What is the matter, and what to do."""

    title: str
    mend: str


SENTENCES = {
    "failure": Words(
        N_("No sync with %(about)s has worked since %(since)s"),
        N_("It is tried again by itself. The reason stands on the peer's page; if it stays, telephone the station."),
    ),
    "failure always": Words(
        N_("No sync with %(about)s has worked yet"),
        N_("It is tried again by itself. The reason stands on the peer's page; if it stays, telephone the station."),
    ),
    "silence": Words(
        N_("%(about)s has sent nothing new for %(days)s days (expected: %(expected)s at most)"),
        N_("Ask the station whether it is well. How often it is expected to send is set on the peer's page."),
    ),
    "equivocation": Words(
        N_("The log %(about)s says two different things under one number"),
        N_("Nothing more of it is taken in. The proof is kept; telephone the administrator of that node."),
    ),
    "set-back": Words(
        N_("The store of %(about)s was set back; it goes on under a new epoch"),
        N_("What peers hold comes back by itself. What had never crossed must be entered again from the field books."),
    ),
    "brake": Words(
        N_("A delivery of %(about)s would change unusually much and waits for a person"),
        N_("Look at it under “Exchange” and let it in or leave it out. Everything else goes on."),
    ),
    "refused": Words(
        N_("Bytes from %(peer)s were refused: %(count)s"),
        N_("No node that is trusted here has signed them, and they go no further. They are listed under “Set aside”."),
    ),
    "refused hand": Words(
        N_("Bytes that were carried here by hand were refused: %(count)s"),
        N_("No node that is trusted here has signed them, and they go no further. They are listed under “Set aside”."),
    ),
    "aside": Words(
        N_("Entries of %(about)s wait here: %(count)s"),
        N_("They are kept and nothing waits for them. The reasons stand under “Set aside”; an upgrade may help."),
    ),
    "aside there": Words(
        N_("Entries of this node wait at %(peer)s: %(count)s"),
        N_("The reasons stand under “Set aside”. Correct the records there, or tell that node that it must upgrade."),
    ),
    "audit": Words(
        N_("An audit with %(about)s found differences: %(differences)s"),
        N_("The two nodes do not hold the same. Look at the differences under “Exchange”."),
    ),
    "audit own": Words(
        N_("Entries kept here have rotted: %(differences)s"),
        N_("Peers give back what they may with their next sync. If it stays or returns, the disk is failing."),
    ),
    "key": Words(
        N_("The key of %(about)s has changed"),
        N_("If its administrator did not tell you of it, telephone and compare fingerprints."),
    ),
    "key other": Words(
        N_("Two different keys were named for %(about)s"),
        N_("Its old key may be lost, or in strange hands. Telephone its administrator before you trust another."),
    ),
    "agreement": Words(
        N_("An agreement with %(peer)s waits for you"),
        N_("Read it, see what would leave, and sign it or decline it."),
    ),
    "agreement declined": Words(
        N_("%(peer)s has declined an agreement"),
        N_("The reason stands beside it under “Agreements”. Draft another one, or talk it over."),
    ),
    "agreement ends": Words(
        N_("The agreement with %(peer)s ends on %(until)s"),
        N_("Make the next one in time: without one, records no longer leave for that node."),
    ),
    "agreement ended": Words(
        N_("The agreement with %(peer)s ended on %(until)s"),
        N_("Until a new one is signed, records no longer leave for that node."),
    ),
    "agreement over": Words(
        N_("The agreement with %(peer)s has ended"),
        N_("Until a new one is signed, records no longer leave for that node."),
    ),
    "proposal": Words(
        N_("%(peer)s proposes a correction"),
        N_("Accept it or decline it under “Proposals”."),
    ),
    "proposal decided": Words(
        N_("%(peer)s has decided on a proposal of yours"),
        N_("What became of it stands under “Proposals”."),
    ),
    "find": Words(
        N_("Rings that the public has reported wait for a look: %(count)s"),
        N_("Accept them, correct them or refuse them under “Reported rings”. Their finders wait for an answer."),
    ),
    "report": Words(
        N_("A scheduled report of this node could not be made or sent: number %(about)s"),
        N_("It is tried again by itself. The reason stands under “Scheduled reports”."),
    ),
    "fork": Words(
        N_("A record has two versions that say different things"),
        N_("Both are kept. The station that wrote it decides under “Versions at odds”."),
    ),
    "fork theirs": Words(
        N_("A record of %(peer)s has two versions that say different things"),
        N_("Both are kept, and %(peer)s decides. You can propose what is right under “Versions at odds”."),
    ),
    "request": Words(
        N_("A request of %(peer)s waits for an answer"),
        N_("A person decides on it. It stands under “Exchange”."),
    ),
    "return answered": Words(
        N_("The ring %(scheme)s %(ring)s that you met was put on at %(peer)s"),
        N_("Both halves are here: open the bird's page."),
    ),
    "return also": Words(
        N_("A bird that you met, %(scheme)s %(ring)s, was met again by %(peer)s"),
        N_("Its life history has one encounter more: open the bird's page."),
    ),
    "return many": Words(
        N_("Returns that came with the records of past years: %(count)s"),
        N_("They stand under “Returns”."),
    ),
    "return": Words(
        N_("Your ring %(scheme)s %(ring)s was met again"),
        N_("Both halves are here: open the bird's page."),
    ),
}
ANY = Words(N_("Something needs a look: %(about)s"), N_("Look at the page of the exchange."))
TRIAL = Words(N_("A test message of this node"), N_("If you read this, alarms reach you."))
MET = Words(N_("A ring of yours was met again: open the page"), N_("It stands on the first page of the node."))
MET_MORE = Words(N_("Rings of yours were met again: %(count)s"), N_("They stand on the first page of the node."))
RETURNS = Words(N_("Returns have come: %(count)s"), N_("They stand on the first page of the node."))


def inward(node: ExchangeNode, kind: str, about: str, details: Mapping[str, Any], language: str) -> Words:
    """Title and what to do, for somebody who is logged in or sits at the node."""
    stations = node.station.live.table("station")
    values = {name: _named(text, stations, language) for name, text in _values(node, about, details).items()}
    return _told(_sentence(kind, details), values, language)


def outward(
    node: ExchangeNode, kind: str, about: str, details: Mapping[str, Any], language: str, *, named: bool = False
) -> Words:
    """The same for a mail or a log: what could name a person, a bird or a place is left out.

    `named` says that nodes of the published list are called by their names, for people, and not by codes alone.
    """
    if kind == "return":
        return met(1, language, is_ours=not details.get("state"))
    found = _values(node, about, details)
    values = {
        n: v if (n in COUNTED or kind == "report") and NUMBER.fullmatch(v) else safe(v) or UNKNOWN
        for n, v in found.items()
    }
    if named:
        values = {name: _named(text, table("station"), language) for name, text in values.items()}
    return _told(_sentence(kind, details), values, language)


def met(count: int, language: str, *, is_ours: bool = True) -> Words:
    """The good news without the bird; `is_ours` says that every ring is one of this node's."""
    words = (MET if count == 1 else MET_MORE) if is_ours else RETURNS
    return _told(words, {"count": str(count)}, language)


def safe(text: str) -> str:
    """The name of a node or a thing that may leave the house, '' in the place of any other text."""
    return text if SAFE.fullmatch(text) else ""


def moment(node: ExchangeNode, text: str) -> str:
    """A moment by the station's clock, to the minute; what is no moment as it is."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = ZoneInfo(node.station.settings.node.zone)
    return found.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _sentence(kind: str, details: Mapping[str, Any]) -> Words:
    return SENTENCES.get(f"{kind} {details.get('state', '')}") or SENTENCES.get(kind) or ANY


def _values(node: ExchangeNode, about: str, details: Mapping[str, Any]) -> dict[str, str]:
    """What fills the sentences: one line each, and none so long that it hides the rest."""
    found = {"about": about or node.code, "peer": about} | {n: v for n, v in details.items() if v not in (None, "")}
    return {n: _line(moment(node, str(v)) if n in MOMENTS else v) for n, v in found.items()}


def _named(text: str, stations: Table, language: str) -> str:
    """A node, or a log of one, by the name of its station and its code; what is neither as it is."""
    found = NODE.fullmatch(text)
    name = stations.label(found[1], language) if found else text
    return text if found is None or name == found[1] else f"{name} ({text})"


def _line(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def _told(words: Words, values: Mapping[str, str], language: str) -> Words:
    whole = _Whole(values)
    return Words(*(said(text, language) % whole for text in words))


class _Whole(dict[str, str]):
    """Values of a sentence, in which nothing is missing."""

    def __missing__(self, name: str) -> str:
        return UNKNOWN
