"""Receipts: the origin of entries is told which of them wait here and why, and when they have found their place."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from banding.domain.rules import Finding
from exchange.log.ledger import LogState
from exchange.log.letters import DONE, Letter
from exchange.node import ExchangeNode
from exchange.talk import alarms

ENTRIES, BYTES = 1000, 64 * 1024
"""A letter is one line on the wire, and there is a limit to the length of a line."""
REASONS, LONGEST = 5, 300
PLAIN = frozenset({"where", "origin", "log", "schema", "expected", "got", "number", "limit", "bytes"})
"""Values of findings that name fields, nodes and figures and never say what stands in a record."""
OPEN = frozenset({"id", "origin", "generation", "kind"})
ASIDE, KEPT = "aside", "kept"

Verdict = dict[str, Any]


class Tray:
    """What became of entries that waited or began to, gathered over one taking, until the receipts are written."""

    def __init__(self, node: ExchangeNode) -> None:
        self.node = node
        self._gathered: dict[str, dict[int, Verdict]] = {}

    def aside(self, log: LogState, number: int, groups: Mapping[str, str], why: Sequence[Finding]) -> None:
        """Set an entry aside; its origin hears of it when that is new, or waits for other reasons than before."""
        is_news = self.node.book.set_aside(log.id, number, groups, why, self.node.at())
        # Two nodes that cannot read each other's receipts would otherwise write them for ever.
        if is_news and not _is_receipt(groups):
            self._note(log, {"number": number, "verdict": ASIDE, "reasons": list(_told(groups, why))})

    def kept(self, log: LogState, number: int) -> None:
        """An entry that may have waited has found its place."""
        if self.node.book.taken_up(log.id, number):
            self._note(log, {"number": number, "verdict": KEPT, "reasons": []})

    def _note(self, log: LogState, verdict: Verdict) -> None:
        if log.node != self.node.code:
            self._gathered.setdefault(log.name, {})[verdict["number"]] = verdict

    def write(self) -> None:
        """Write the receipts, inside the transaction of the taking; they go out with our next batch."""
        for log, verdicts in self._gathered.items():
            for run in _runs(verdicts[number] for number in sorted(verdicts)):
                self.node.letters.write("receipt", log.rpartition(".")[0], log, {"entries": run}, at=self.node.at())
        self._gathered.clear()


def _runs(verdicts: Iterable[Verdict]) -> Iterator[list[Verdict]]:
    run, size = list[Verdict](), 0
    for one in verdicts:
        weight = len(json.dumps(one))
        if run and (len(run) >= ENTRIES or size + weight > BYTES):
            yield run
            run, size = [], 0
        run.append(one)
        size += weight
    if run:
        yield run


def _is_receipt(groups: Mapping[str, str]) -> bool:
    core = _parsed(groups.get("core", ""))
    return isinstance(core, dict) and core.get("kind") == "receipt"


# -- what may be said -----------------------------------------------------------------------------------------


def _told(groups: Mapping[str, str], why: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """Reasons as a letter says them; it passes nodes that may not see the record, so it quotes nothing of it."""
    secrets = {text for group in groups.values() for text in _leaves(_parsed(group))}
    for reason in why[:REASONS]:
        values = {n: _clean(str(v)) for n, v in list(reason.values.items())[:10]}
        kept = {n: v for n, v in values.items() if n in PLAIN or not any(secret in v for secret in secrets)}
        yield {"code": reason.code, "field": _clean(reason.field), "values": kept}


def _leaves(said: Any) -> Iterator[str]:
    """Every text and figure of a record that is long enough to tell something; not which record it is, and of whom."""
    named = [one for name, one in said.items() if name not in OPEN] if isinstance(said, dict) else ()
    inner = said if isinstance(said, list) else named
    for one in inner:
        yield from _leaves(one)
    if isinstance(said, (str, int, float)) and not isinstance(said, bool) and len(str(said)) > 2:
        yield str(said)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST]


# -- at the origin --------------------------------------------------------------------------------------------


def came(node: ExchangeNode, letter: Letter) -> None:
    """A receipt for entries of ours has come; one for the log of another says nothing."""
    if letter.about.rpartition(".")[0] != node.code:
        node.letters.mark(letter, "void")
        return
    for one in letter.core["entries"]:
        if one["verdict"] == ASIDE:
            node.waits.waits(letter.sender, letter.about, one["number"], letter.at, _reasons(one["reasons"]))
        else:
            node.waits.found(letter.sender, letter.about, one["number"])
    node.letters.mark(letter, DONE)
    count = node.waits.count_there(letter.sender)
    if count:
        alarms.ring(node, "aside", letter.sender, state="there", peer=letter.sender, count=count)
    else:
        alarms.settle(node, "aside", letter.sender)


def _reasons(told: Sequence[Mapping[str, Any]]) -> str:
    """As a person reads them beside the record; a letter says no severity, for all that waits is in error."""
    found = [[one["code"], "error", one["field"], one["values"]] for one in told]
    return json.dumps(found, ensure_ascii=False)
