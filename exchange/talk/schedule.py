"""The timetable: one process a node syncs with each peer when it is due, backs off, and tries again."""

import datetime
import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable

import requests
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from banding.errors import BandingError
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk import audit, hindrance, watch, windows
from exchange.talk.chores import Round
from exchange.talk.delivery import Delivery
from exchange.talk.peer import PeerClient
from exchange.talk.report import Report
from exchange.talk.sync import Busy, sync

log = logging.getLogger(__name__)
LEASE = "timetable"
LOOK_SECONDS = 5
WATCH_SECONDS = 60
LONGEST_WAIT = 6 * 3600
JITTER = 0.1
THREADS = 4
PATIENCE = 5
"""Seconds for which the end waits for syncs under way."""


def connect(node: ExchangeNode) -> Callable[[Peer], PeerClient]:
    """How to reach a peer over the network."""
    return lambda peer: PeerClient(peer.address, node.key, requests.Session())


def wait_after(failures: int, interval: float, spread: float) -> float:
    """Seconds until the next sync: the interval, doubled with each failure up to six hours, a little spread.

    `spread` lies between -1 and 1; it keeps nodes from all calling at the same moment.
    """
    return max(
        float(min(interval * 2 ** min(failures, 10), max(LONGEST_WAIT, interval))) * (1 + JITTER * spread),
        0.5,
    )


class Timetable:
    """Runs the syncs of one node; a lease in the store keeps a second process from doing the same."""

    def __init__(self, node: ExchangeNode, reach: Callable[[Peer], PeerClient] | None = None) -> None:
        self.node, self.reach = node, reach or connect(node)
        self.interval = node.station.settings.sync_seconds
        self.holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self.look_seconds = min(LOOK_SECONDS, max(1, self.interval // 3))
        self._under_way: dict[str, threading.Thread] = {}
        self._ended = threading.Event()
        self._looking = threading.Lock()
        self.delivery = Delivery(node)
        self._watched: float | None = None
        self.round = Round(node)
        self.scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin; the first look is at once."""
        at_once = datetime.datetime.now(datetime.UTC)
        self.scheduler.add_job(self.look, "interval", seconds=self.look_seconds, id="look", next_run_time=at_once)
        self.scheduler.start()

    def stop(self) -> None:
        """End, after the syncs under way, and give the leases back.

        A sync that still waits for its line after a few seconds is let go, as a power cut would: what it brought
        so far is kept, and the next one goes on from there.
        """
        self._ended.set()
        self.scheduler.shutdown(wait=True)
        end = time.monotonic() + PATIENCE
        for code, thread in list(self._under_way.items()):
            thread.join(max(0.0, end - time.monotonic()))
            self.node.store.leases.release(f"sync {code}", self.holder)
        self.delivery.stop()
        self.node.store.leases.release(LEASE, self.holder)

    def look(self) -> None:
        """Begin a sync with every peer that is due, if the timetable is ours to keep."""
        with self._looking:
            self._look(time.time())

    def _look(self, now: float) -> None:
        if not self.node.store.leases.take(LEASE, self.holder, now, self.look_seconds * 6):
            return
        self.node.publisher.publish()
        for code in [code for code, thread in self._under_way.items() if not thread.is_alive()]:
            del self._under_way[code]
        minute = windows.minute_at(now, self.node.station.settings.node.zone)
        for peer in self.node.book.peers():
            if is_due(peer, now, self.interval, minute) and peer.code not in self._under_way:
                self._begin(peer.code)
        self.round.go()
        self._watch()

    def _watch(self) -> None:
        """See once a minute whether a person is needed, and let the couriers go; the syncs wait for neither."""
        now = time.monotonic()
        if self._watched is None or now - self._watched >= WATCH_SECONDS:
            self._watched = now
            watch.look(self.node)
            self.delivery.begin()

    def _begin(self, code: str) -> None:
        # No job of the scheduler: its end would wait for the slowest line, and a job that adds a job while the
        # scheduler ends waits for ever.
        if len(self._under_way) < THREADS and not self._ended.is_set():
            thread = threading.Thread(target=self.visit, args=[code], name=f"sync {code}", daemon=True)
            self._under_way[code] = thread
            thread.start()

    def visit(self, code: str) -> Report | None:
        """One sync, and when the next one is due."""
        try:
            report = sync(self.node, code, self.reach, holder=self.holder)
        except (Busy, BandingError):
            return None
        except Exception as fault:
            if self._ended.is_set():
                return None
            # `sync` has written it down as the peer's trouble; the timetable goes on and backs off.
            log.exception("sync with %s failed", code)
            report = Report(code, hindered=hindrance.of(fault))
        peer = self.node.book.peer(code)
        if peer is not None:
            wait = wait_after(peer.failures, self.interval, random.uniform(-1, 1))
            self.node.book.note(code, next_at=time.time() + windows.patience(peer.window, wait))
        if report.taken.kept or report.taken.fuller:
            self._pass_on(code)
        if report.trouble:
            self.node.say(f"trouble {self.node.code} <- {code}  {report.trouble}")
        else:
            self._audit(code)
        return report

    def _audit(self, code: str) -> None:
        """Compare with a peer whose line is up, when that is due; whatever comes of it, the sync has gone well."""
        try:
            audit.after_sync(self.node, code, self.reach, self.holder)
        except Busy:
            return
        except Exception:
            if not self._ended.is_set():
                log.exception("the audit with %s failed", code)

    def _pass_on(self, code: str) -> None:
        """Call the other peers soon after something new has come: over a chain of nodes it should not wait at each."""
        for peer in self.node.book.peers():
            if peer.code != code and not peer.failures:
                # Not 0, which means by hand: a line that is up at night only is not called by day.
                self.node.book.note(peer.code, next_at=1.0)


def is_due(peer: Peer, now: float, interval: float, minute: int = 0) -> bool:
    """Whether a peer's time has come; a time too far ahead was written under another clock and counts as come.

    `minute` is the minute of the station's day, by which the peer's window opens; whoever was asked for by hand
    is called at any hour.
    """
    if peer.paused or not peer.address or now < peer.next_at <= now + 2 * max(LONGEST_WAIT, interval):
        return False
    return peer.next_at == 0 or windows.is_open(peer.window, minute)
