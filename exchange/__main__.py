"""`python -m exchange`: the timetable of one node as a process of its own, beside any web server."""

import signal
import sys
import time

from banding import logs, spoken
from banding.errors import BandingError
from banding.settings import load
from banding.station import Station
from exchange.node import ExchangeNode
from exchange.talk.schedule import Timetable

LOOK_SECONDS = 0.3


def main() -> int:
    """Run until told to stop."""
    tell = logs.begin()
    try:
        node = ExchangeNode.open(Station.open(load()), announce=tell)
    except BandingError as error:
        if logs.is_json():
            logs.log.error("%s", error)
        else:
            print(error.told(spoken.shown(spoken.wished() or "en")), file=sys.stderr)
        return 1
    # A list, because setting an Event in a handler can wait for ever for the lock that the waiting thread holds.
    told_to_end: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _frame: told_to_end.append(number))
    timetable = Timetable(node)
    timetable.start()
    tell(f"{node.code} syncs every {timetable.interval} seconds with {len(node.book.peers())} peers")
    while not told_to_end:
        time.sleep(LOOK_SECONDS)
    timetable.stop()
    node.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
