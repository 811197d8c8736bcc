"""Letters and certificates by the thousand: made a few at a time, into one PDF or into a ZIP with a file for each."""

import logging
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from banding.errors import BandingError, NotFound
from banding.finder.stories import Beyond
from banding.formats.source import Say
from banding.reports.joining import Join
from banding.reports.letter_pages import Order, printed
from banding.reports.letters import Facts, facts
from banding.reports.wording import N_
from banding.station import Station
from banding.store.shapes import ReturnQuery

log = logging.getLogger(__name__)
ONE, EACH = "pdf", "zip"
MOST = 5_000
"""Letters of one batch."""
PIECE = 20
"""Letters that are in memory at a time."""
NONE = N_("There is no return of this record here")
FAULT = N_("Something went wrong here")
Named = tuple[str, str, str]
"""A recovery's id, and the scheme and ring by which people know it."""


@dataclass
class Batch:
    """What is printed for whom, and who is told how many are done and which are not, with what and why."""

    station: Station
    order: Order
    beyond: Beyond
    say: Say
    step: Callable[[int], None]
    fail: Callable[[str, str], None]
    made: int = 0
    """Letters that are in the file."""

    def one_file(self, every: Sequence[Named], path: Path) -> None:
        """All letters in one PDF, in the order of the question."""
        join, done = Join(), 0
        with path.open("wb") as out:
            while piece := every[done : done + PIECE]:
                for body in self._together(piece):
                    out.writelines(join.add(body))
                done += len(piece)
                self.step(done)
            out.writelines(join.end())
        self._check()

    def file_each(self, every: Sequence[Named], path: Path) -> None:
        """A ZIP with a PDF for each letter, named by its number in the question and its ring."""
        with zipfile.ZipFile(path, "w") as out:
            for number, named in enumerate(every, 1):
                for body in self._alone(named):
                    out.writestr(zipfile.ZipInfo(f"{number:04}-{self.order.form}-{_safe(named)}.pdf"), body)
                self.step(number)
        self._check()

    def _together(self, piece: Sequence[Named]) -> Iterator[bytes]:
        """One file of a few; where that fails, each by itself, so that one does not keep the others back."""
        told = [found for named in piece for found in self._facts(named)]
        try:
            bodies = [self._printed(told)] if told else []
        except Exception:
            bodies = [body for named in piece for body in self._alone(named, quiet=True)]
        yield from bodies

    def _alone(self, named: Named, *, quiet: bool = False) -> Iterator[bytes]:
        """The file of one letter, or word of why there is none."""
        for found in self._facts(named, quiet=quiet):
            try:
                body = self._printed([found])
            except BandingError as error:
                self.fail(_words(named), error.what)
            except Exception:
                log.exception("the letter of the recovery %s has failed", named[0])
                self.fail(_words(named), FAULT)
            else:
                yield body

    def _facts(self, named: Named, *, quiet: bool = False) -> Iterator[Facts]:
        """What is told in a letter; nothing, and word of it, where the return is gone since it was asked for."""
        try:
            found, why = facts(self.station, named[0], self.order.audience, self.beyond), NONE
        except Exception:
            log.exception("the letter of the recovery %s has failed", named[0])
            found, why = None, FAULT
        if found is not None:
            yield found
        elif not quiet:
            self.fail(_words(named), why)

    def _printed(self, told: Sequence[Facts]) -> bytes:
        body = printed(self.station, told, self.order, self.say)
        self.made += len(told)
        return body

    def _check(self) -> None:
        if not self.made:
            raise NotFound("None of the letters could be made", why="Their bandings or recoveries may be withdrawn")


def asked(station: Station, query: ReturnQuery) -> list[Named]:
    """The returns of a question, as many as one batch takes."""
    rows = station.store.returns.rows(query, ("recovery_id", "scheme", "ring"))
    return [(recovery, scheme, ring) for recovery, scheme, ring in islice(rows, MOST)]


def _words(named: Named) -> str:
    return f"{named[1]} {named[2]}"


def _safe(named: Named) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in _words(named))
