"""The timetable: one process a node syncs with each peer when it is due, backs off, and tries again."""

import logging
import os
import random
import secrets
import socket
import time
from collections.abc import Callable

import requests
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from banding.errors import BandingError
from exchange.log.book import Peer
from exchange.node import ExchangeNode
from exchange.talk.peer import PeerClient
from exchange.talk.sync import Busy, Report, sync

log = logging.getLogger(__name__)
LEASE = "timetable"
LOOK_SECONDS = 5
LONGEST_WAIT = 6 * 3600
JITTER = 0.1
THREADS = 4


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
        self.scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin; the first look is at once."""
        self.scheduler.add_job(self.look, "interval", seconds=self.look_seconds, id="look")
        self.scheduler.add_job(self.look, id="first look")
        self.scheduler.start()

    def stop(self) -> None:
        """End, after the syncs under way, and give the lease back."""
        self.scheduler.shutdown(wait=True)
        self.node.store.leases.release(LEASE, self.holder)

    def look(self) -> None:
        """Send every peer that is due to its own job, if the timetable is ours to keep."""
        now = time.time()
        if not self.node.store.leases.take(LEASE, self.holder, now, self.look_seconds * 6):
            return
        self.node.publisher.publish()
        for peer in self.node.book.peers():
            if is_due(peer, now, self.interval):
                self.scheduler.add_job(self.visit, args=[peer.code], id=f"sync {peer.code}", replace_existing=True)

    def visit(self, code: str) -> Report | None:
        """One sync, and when the next one is due."""
        try:
            report = sync(self.node, code, self.reach)
        except (Busy, BandingError):
            return None
        except Exception as fault:
            # `sync` has written it down as the peer's trouble; the timetable goes on and backs off.
            log.exception("sync with %s failed", code)
            report = Report(code, trouble=f"{type(fault).__name__}: {fault}")
        peer = self.node.book.peer(code)
        if peer is not None:
            wait = wait_after(peer.failures, self.interval, random.uniform(-1, 1))
            self.node.book.note(code, next_at=time.time() + wait)
        if report.trouble:
            self.node.say(f"trouble {self.node.code} <- {code}  {report.trouble}")
        return report


def is_due(peer: Peer, now: float, interval: float) -> bool:
    """Whether a peer's time has come; a time too far ahead was written under another clock and counts as come."""
    return not peer.paused and not now < peer.next_at <= now + 2 * max(LONGEST_WAIT, interval)
