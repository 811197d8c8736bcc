"""Questions that are asked again each week, month or season, and what became of each time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from banding.store.database import Connections, transaction


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A question as it was typed, the kind of file, how often, and to which mail addresses besides the folder."""

    title: str
    typed: Mapping[str, str]
    format: str
    every: str
    mail: Sequence[str] = ()
    language: str = "en"
    made_at: str = ""
    made_by: str = ""
    paused: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one period: `file` is its name in the folder, `sent` when it was mailed, `trouble` what failed."""

    report: int
    period: str
    tries: int = 0
    at: str = ""
    file: str = ""
    rows: int = 0
    sha256: str = ""
    sent: str = ""
    trouble: str = ""


class ScheduledReports:
    """Every scheduled report; each has one run a period and never two."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, one: Scheduled) -> int:
        """Keep a report and give its number."""
        row = asdict(one) | {"typed": _text(dict(one.typed)), "mail": _text(list(one.mail)), "paused": int(one.paused)}
        row.pop("id")
        with transaction(self._connections.here()) as database:
            number: Any = database.table("scheduled_reports").insert(row).last_pk
            return int(number)

    def every(self) -> list[Scheduled]:
        """All reports, the newest first."""
        sql = (
            "select title, typed, format, every, mail, language, made_at, made_by, paused, id from scheduled_reports"
            " order by id desc"
        )
        return [
            Scheduled(title, json.loads(typed), kind, every, json.loads(mail), language, at, by, bool(paused), id)
            for title, typed, kind, every, mail, language, at, by, paused, id in self._run(sql)
        ]

    def one(self, id: int) -> Scheduled | None:
        """The report of a number."""
        return next((one for one in self.every() if one.id == id), None)

    def pause(self, id: int, paused: bool) -> None:
        """Make no more of it, or go on."""
        with transaction(self._connections.here()):
            self._run("update scheduled_reports set paused = ? where id = ?", int(paused), id)

    def remove(self, id: int) -> None:
        """Forget a report and its runs; the files stay."""
        with transaction(self._connections.here()):
            self._run("delete from scheduled_reports where id = ?", id)

    def runs(self, id: int, limit: int) -> list[Run]:
        """The latest runs of a report."""
        return self._runs("report = ? order by at desc limit ?", id, limit)

    def run(self, id: int, period: str) -> Run | None:
        """The run of one period."""
        return next(iter(self._runs("report = ? and period = ?", id, period)), None)

    def note(self, run: Run) -> None:
        """Write down what became of a period; nothing where the report was removed meanwhile."""
        with transaction(self._connections.here()) as database:
            if self.one(run.report) is not None:
                database.execute(
                    "insert or replace into report_runs(report, period, tries, at, file, rows, sha256, sent, trouble)"
                    " values (:report, :period, :tries, :at, :file, :rows, :sha256, :sent, :trouble)",
                    asdict(run),
                )

    def _runs(self, where: str, *values: Any) -> list[Run]:
        sql = f"select report, period, tries, at, file, rows, sha256, sent, trouble from report_runs where {where}"
        return [Run(*row) for row in self._run(sql, *values)]

    def _run(self, sql: str, *values: Any) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
