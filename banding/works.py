"""Long works beside the pages: one after the other in a thread of the node, with files that are kept for a day."""

import datetime
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from banding.errors import BandingError, Refused, StoreTrouble
from banding.making import Made, Make, Making
from banding.station import Station
from banding.store.shapes import Account
from banding.store.works import DONE, FAILED, STOPPED, UNDER_WAY, Work

__all__ = ["Made", "Make", "Making", "Workshop", "file_of", "forget", "given", "tidy", "until", "without"]
log = logging.getLogger(__name__)
KEPT = datetime.timedelta(hours=24)
"""For which a file can be fetched; then it is deleted, for it may name people."""
MOST_OPEN, MOST_TRIES = 3, 3
LEASE, LEASE_SECONDS, LOOK_SECONDS = "works", 60, 2.0
PATIENCE = 10
"""Seconds for which the end of the node waits for the part under way."""
FRESH_SECONDS = 60
BROKEN = "Something went wrong here"


class _Stopped(Exception):
    """Somebody has asked for the work to be stopped."""


class _Ended(Exception):
    """The node ends; the work is gone on with after its next start."""


class Workshop:
    """The long works of one node; a lease keeps a second process from making the same."""

    def __init__(self, station: Station) -> None:
        self.station, self.works = station, station.store.works
        self.makers: dict[str, Make] = {}
        self._holder = secrets.token_hex(8)
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    def begin(
        self, kind: str, account: Account, asked: Mapping[str, Any], total: int, handed: Path | None = None
    ) -> str:
        """Begin a work and give its id; the one that is under way where the same was asked twice. Raises Refused.

        A file that is handed over goes to the works, and is deleted as soon as this one is over.
        """
        mine = [one for one in self.works.every(account.id) if one.is_open and not one.stopping]
        same = [one.id for one in mine if (one.kind, dict(one.asked)) == (kind, dict(asked))]
        if not same and len(mine) >= MOST_OPEN:
            raise Refused("Three files are being made for you already", mend="Wait until one is done, or stop it")
        new = same[0] if same else secrets.token_hex(8)
        if not same:
            at = _now(self.station).isoformat(timespec="microseconds")
            if handed is not None:
                _take(self.station, handed, new)
            self.works.add(Work(new, kind, account.id, account.name, asked, total=total, began_at=at))
        self.go()
        return new

    def go(self) -> None:
        """Make what waits or was broken off, beside everything else."""
        with self._lock:
            if self._thread is None and not self._ended.is_set() and self.works.next() is not None:
                self._thread = threading.Thread(target=self._safely, name="works", daemon=True)
                self._thread.start()

    def rest(self, patience: float | None = None) -> None:
        """Wait until nothing is made any more."""
        thread = self._thread
        if thread is not None:
            thread.join(patience)

    def stop(self) -> None:
        """End after the part under way; what is not done then is begun anew with the next start."""
        self._ended.set()
        self.rest(PATIENCE)

    def _safely(self) -> None:
        try:
            self._all()
        except Exception as fault:
            # A store that is closed at the end of the node is no fault.
            if not self._ended.is_set():
                log.exception("a long work has failed", exc_info=fault)
        finally:
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _all(self) -> None:
        while not self._ended.is_set():
            work = self.works.next() if self._renew() else None
            if work is not None:
                self._make(work)
                continue
            self._release()
            with self._lock:
                # Under the lock: what is begun from now on finds no thread and starts one.
                if self.works.next() is None:
                    self._thread = None
                    return
            # Another process makes it; should that one end, it is made here.
            self._ended.wait(LOOK_SECONDS)
        self._release()

    def _renew(self) -> bool:
        return self.station.store.leases.take(LEASE, self._holder, time.time(), LEASE_SECONDS)

    def _release(self) -> None:
        self.station.store.leases.release(LEASE, self._holder)

    def _make(self, work: Work) -> None:
        self.works.note(work.id, state=UNDER_WAY, tries=work.tries + 1, done=0, failed=0, troubles=())
        half = _path(self.station, f"{work.id}.{self._holder}.part")
        making = Making(work, half, lambda **values: self._step(work, values))
        try:
            if work.tries >= MOST_TRIES:
                raise Refused("The node has ended again and again while this was made", mend="Ask for less at once")
            making.step(0)
            os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            made = self.makers[work.kind](making)
            os.replace(half, file_of(self.station, work))
            self._over(work, DONE, name=made.name, media=made.media)
        except _Stopped:
            self._over(work, STOPPED)
        except _Ended:
            self.works.note(work.id, tries=work.tries)
        except BandingError as error:
            self._failed(work, error.what, error.why or error.mend)
        except Exception:
            log.exception("the work %s has failed", work.id)
            self._failed(work, BROKEN, "")
        finally:
            half.unlink(missing_ok=True)

    def _step(self, work: Work, values: Mapping[str, Any]) -> None:
        if self._ended.is_set():
            raise _Ended
        self._renew()
        if not self.works.note(work.id, **values):
            raise _Stopped

    def _failed(self, work: Work, what: str, why: str) -> None:
        if not self._ended.is_set():
            self._over(work, FAILED, troubles=[(what, why)])

    def _over(self, work: Work, state: str, **values: Any) -> None:
        _delete(given(self.station, work))
        self.works.note(work.id, state=state, ended_at=_now(self.station).isoformat(timespec="seconds"), **values)


def file_of(station: Station, work: Work) -> Path:
    """Where the file of a work lies while it is kept."""
    return _path(station, work.id)


def given(station: Station, work: Work) -> Path:
    """Where the file lies that was handed over with a work, until it is over."""
    return _path(station, f"{work.id}.given")


def _take(station: Station, handed: Path, id: str) -> None:
    try:
        shutil.move(handed, _path(station, f"{id}.given"))
    except OSError as error:
        raise StoreTrouble("The file could not be kept for the work", why=str(error.strerror)) from error


def until(work: Work) -> str:
    """When the file of a work that has ended is deleted."""
    return (datetime.datetime.fromisoformat(work.ended_at) + KEPT).isoformat(timespec="seconds")


def tidy(station: Station) -> None:
    """Delete the files whose day is over, and what a power cut left half done; safe at any time and as often."""
    for one in station.store.works.every():
        if not one.is_open and not _is_kept(station, one):
            forget(station, one)
    every = {one.id: one.is_open for one in station.store.works.every()}
    for path in _folder(station).iterdir():
        name, _dot, half = path.name.partition(".")
        if name not in every and half == "given" and path.stat().st_mtime > time.time() - FRESH_SECONDS:
            # It lies there a moment before its work is written down.
            continue
        if name not in every or (half and not every[name]):
            _delete(path)


def forget(station: Station, work: Work) -> bool:
    """Delete the file of a work that is over, and then the work; False, and to be tried again, while it is read."""
    if not _delete(file_of(station, work)):
        return False
    station.store.works.remove(work.id)
    return True


def without(station: Station, kind: str) -> None:
    """Delete every file of a kind, and stop what is being made: somebody whom they may name is to be forgotten."""
    for one in station.store.works.every():
        if one.kind == kind:
            station.store.works.stop(one.id, _now(station).isoformat(timespec="seconds"))
            if not one.is_open:
                forget(station, one)


def _delete(path: Path) -> bool:
    """Whether the file is gone; Windows keeps what is being read."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return False
    return True


def _is_kept(station: Station, work: Work) -> bool:
    """Whether its day is not over; one that ended in a time to come was written under another clock."""
    since = _now(station) - datetime.datetime.fromisoformat(work.ended_at)
    return datetime.timedelta(0) <= since < KEPT


def _path(station: Station, name: str) -> Path:
    return _folder(station) / name


def _folder(station: Station) -> Path:
    found = station.settings.home / "works"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def _now(station: Station) -> datetime.datetime:
    return station.intake.clock()
