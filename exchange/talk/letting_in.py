"""Lets proven entries in: records through the one door, letters to whom they are for; the rest has its reasons."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from banding.domain.rules import Finding
from banding.intake import Arrival, Received
from exchange.agreements import policy
from exchange.log.entries import Header
from exchange.log.lines import shape_of
from exchange.log.publish import Sensitivity, classified
from exchange.log.rows import EntryRow
from exchange.node import ExchangeNode
from exchange.talk import post_office
from exchange.talk.plan import Read
from schemas import VERSION
from schemas.letters import LETTERS

KIND_MOST = 40
MINOR = int(VERSION.partition(".")[2])
OUTCOMES = {"new": "kept", "known": "known", "fuller": "fuller"}
Faults = Sequence[tuple[str, Mapping[str, str]]]


class LetIn(NamedTuple):
    """An entry with the row that the ledger gets, what became of it, and why where it is set aside.

    `letter` is its core where it is one.
    """

    row: EntryRow
    outcome: str
    reasons: Sequence[Finding] = ()
    letter: Mapping[str, Any] | None = None


def let_in(node: ExchangeNode, reads: Sequence[Read], header: Header) -> list[LetIn]:
    """Let entries of one batch in; each is kept, known, fuller or set aside, in order, and none delays the next."""
    letters = {read.entry.number: _letter(read) for read in reads if is_letter(read)}
    records = [read for read in reads if not read.faults and read.entry.number not in letters]
    # A record of a later minor version may have fields that we do not know; they are kept and passed on.
    strict = int(header.schema.partition(".")[2]) <= MINOR
    arrivals = [Arrival(read.entry.groups, read.record, read.leaf, strict, header.log) for read in records]
    received = iter(node.station.intake.receive(arrivals))
    sensitivity = cache(node.sensitivity)
    return [
        letters.get(read.entry.number) or _record(read, None if read.faults else next(received), sensitivity)
        for read in reads
    ]


def is_letter(read: Read) -> bool:
    """Whether an entry is a letter, be it of a kind that only a later version knows: every letter is about something.

    Taken for a record it would be shown to all the world; as a letter it goes on to whom it is for, and waits there.
    """
    return not read.faults and _says_letter(read.record.get("core"))


def _says_letter(core: Any) -> bool:
    if not isinstance(core, dict) or not isinstance(core.get("kind"), str):
        return False
    return core["kind"] in LETTERS or (core["kind"] not in policy.KINDS and isinstance(core.get("about"), str))


def _letter(read: Read) -> LetIn:
    core = read.record["core"]
    wrong = shape_of(core["kind"], {"core": core}) if core["kind"] in LETTERS else _unaddressed(core)
    row = EntryRow(read.entry, None, policy.classify("letter", 0), "", read.leaf)
    if wrong:
        why = {"where": core["kind"], "why": wrong}
        return LetIn(row, "aside", [Finding("W-shape", "error", "core", why)])
    return LetIn(row, "kept", letter=core)


def _unaddressed(core: Mapping[str, Any]) -> str:
    """What is wrong with a letter of a kind that we do not know, as far as it can be told; '' where nothing is."""
    is_named = len(core["kind"]) <= KIND_MOST
    return "" if is_named and isinstance(core.get("to", ""), str) else "it does not say whom it is for"


def _record(read: Read, received: Received | None, sensitivity: Sensitivity) -> LetIn:
    core = read.record.get("core")
    entry_class, day = classified(core if isinstance(core, dict) else {}, sensitivity)
    if read.faults and _says_letter(core):
        # A letter that cannot be read, of a later version perhaps, is not for all the world either.
        entry_class, day = policy.classify("letter", 0), ""
    placed = received.placed if received else None
    row = EntryRow(read.entry, placed.version_id if placed else None, entry_class, day, read.leaf)
    if placed is not None:
        return LetIn(row, OUTCOMES[placed.outcome])
    return LetIn(row, "aside", received.reasons if received else told(read.faults))


def told(faults: Faults) -> list[Finding]:
    """Faults as findings."""
    return [Finding(code, "error", "", dict(values)) for code, values in faults]


def deliver(node: ExchangeNode, one: LetIn, log_id: int) -> None:
    """Keep a letter, and do what it asks where it is for us."""
    assert one.letter is not None
    entry = one.row.entry
    letter = node.letters.came(one.letter, entry.groups["core"], log_id, entry.number, node.at())
    if letter is not None:
        post_office.hand_over(node, letter)
