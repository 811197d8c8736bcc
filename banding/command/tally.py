"""What became of the lines of one file, counted as they pass, and told in words or to a program."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banding.command.plain import sentence
from banding.domain.rules import Finding
from banding.imports.euring import Row
from banding.intake import Verdict
from banding.spoken import N_, ngettext, number, said
from banding.spoken import gettext as _

HEADER = "F-header"
MOST_LINES = 50
OUTCOMES = {"kept": N_("%(count)s kept"), "changed": N_("%(count)s changed"), "unchanged": N_("%(count)s unchanged")}


class RefusedRow(NamedTuple):
    """A line that was not kept: its number in the file, its text, and every reason."""

    number: int
    line: str
    reasons: tuple[str, ...]


@dataclass
class Alike:
    """Remarks of one kind, whatever values they name: the first as the example, and in how many rows."""

    text: str
    rows: int = 0


@dataclass
class Tally:
    """The account of one file; `language` is that of the rules' sentences."""

    source: str
    language: str
    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedRow] = field(default_factory=list)
    notes: dict[tuple[str, str], Alike] = field(default_factory=dict)
    confirmed: dict[str, Alike] = field(default_factory=dict)

    def count(self, row: Row, verdict: Verdict | None) -> None:
        """Enter one row and what became of it."""
        if self.is_refused(row, verdict):
            self.refused.append(RefusedRow(row.number, row.line, self._reasons(row, verdict)))
            self.read += 1
            return
        self._note(row)
        if verdict is None:  # a line of column titles
            return
        self.read += 1
        self.outcomes[verdict.outcome] += 1
        if verdict.outcome != "unchanged":
            for finding in _first_of_each(verdict):
                _add(self.confirmed, finding.code, sentence(finding, self.language))

    def is_refused(self, row: Row, verdict: Verdict | None) -> bool:
        """Whether a row was not kept although it is a record."""
        if verdict is not None:
            return not verdict.is_kept
        return any(note.code != HEADER for note in row.notes)

    def facts(self) -> dict[str, Any]:
        """The account for a program."""
        return {
            "file": self.source,
            "read": self.read,
            **{name: self.outcomes[name] for name in ("kept", "changed", "unchanged")},
            "refused": len(self.refused),
            "notes": [
                {"code": code, "field": where, "text": alike.text, "rows": alike.rows}
                for (code, where), alike in _most_first(self.notes)
            ],
            "confirmed": {code: alike.rows for code, alike in _most_first(self.confirmed)},
            "refused_rows": [{"line": one.number, "reasons": list(one.reasons)} for one in self.refused],
        }

    def _note(self, row: Row) -> None:
        for key, text in {(note.code, note.field): note.text for note in row.notes}.items():
            _add(self.notes, key, said(text, self.language))

    def _reasons(self, row: Row, verdict: Verdict | None) -> tuple[str, ...]:
        if verdict is None:
            errors = [note for note in row.notes if note.severity == "error"] or row.notes
            return tuple(said(note.text, self.language) for note in errors)
        grave = [f for f in verdict.findings if f.severity == "error"] or list(verdict.findings)
        return tuple(sentence(f, self.language) for f in grave)


def lines(tally: Tally, dry_run: bool) -> list[str]:
    """The account for people."""
    told = [_summary(tally, dry_run)]
    if tally.notes:
        told += [_("Notes:"), *map(_counted, _most_first(tally.notes))]
    if tally.confirmed:
        told.append(_("Kept with a warning, confirmed as written in %(source)s:", source=tally.source))
        told += map(_counted, _most_first(tally.confirmed))
    if tally.refused:
        told += [
            _("Refused:"),
            *(
                "  " + _("line %(number)s: %(why)s", number=one.number, why=" ".join(one.reasons))
                for one in tally.refused[:MOST_LINES]
            ),
        ]
    if (more := len(tally.refused) - MOST_LINES) > 0:
        rest = _("and %(count)s more: --json tells every reason, --refused FILE keeps the lines", count=number(more))
        told.append(f"  {rest}")
    return told


def _summary(tally: Tally, dry_run: bool) -> str:
    read = ngettext("%(num)s row read", "%(num)s rows read", tally.read)
    parts = [_(text, count=number(tally.outcomes[name])) for name, text in OUTCOMES.items()]
    refused = _("%(count)s refused", count=number(len(tally.refused)))
    end = f" ({_('dry run: nothing was kept')})" if dry_run else ""
    return f"{tally.source}: {', '.join([read, *parts, refused])}{end}"


def _counted(one: tuple[Any, Alike]) -> str:
    rows = ngettext("%(num)s row", "%(num)s rows", one[1].rows)
    return f"  {one[1].text} ({rows})"


def _add(groups: dict[Any, Alike], key: Any, text: str) -> None:
    groups.setdefault(key, Alike(text)).rows += 1


def _most_first(groups: dict[Any, Alike]) -> list[tuple[Any, Alike]]:
    return sorted(groups.items(), key=lambda one: -one[1].rows)


def _first_of_each(verdict: Verdict) -> list[Finding]:
    return list({f.code: f for f in verdict.findings if f.severity == "warning"}.values())
