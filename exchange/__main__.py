"""`python -m exchange`: the timetable of one node as a process of its own, beside any web server."""

import signal
import sys
import threading

from banding.errors import BandingError
from banding.settings import load
from banding.station import Station
from exchange.node import ExchangeNode
from exchange.talk.schedule import Timetable


def main() -> int:
    """Run until told to stop."""
    try:
        node = ExchangeNode.open(Station.open(load()), announce=lambda line: print(line, flush=True))
    except BandingError as error:
        print(error, file=sys.stderr)
        return 1
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    timetable = Timetable(node)
    timetable.start()
    print(
        f"{node.code} syncs every {timetable.interval} seconds with {len(node.book.peers())} peers",
        flush=True,
    )
    ended.wait()
    timetable.stop()
    node.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
