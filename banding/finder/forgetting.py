"""Deletes who reported a ring: when he asks, and when the time is over for which a node keeps it."""

import datetime

from banding import works
from banding.finder.reports import at
from banding.finder.stories import Beyond
from banding.station import Station
from banding.store.finds import Find

BY = "finder"
PERSONAL = ("remarks",)
"""What a finder may have said of himself although he was asked about the bird."""
NAMES = frozenset({"finder_name", "finder_address"})


def forget(station: Station, find: Find, beyond: Beyond, *, why: str) -> list[str]:
    """Delete what is personal in a report, at once and for good; gives the kinds of data that went.

    `why` is `asked` or `retention`. A name that the finder let stand in the record goes from it only when asked.
    """
    gone = [name for name in ("name", "address", "mail") if find.person.get(name)]
    tellings = (find.told, *find.earlier)
    gone += [name for name in PERSONAL if any(one.get(name) for one in tellings)]
    gone += ["photos"] if _photos(station, find, why) or find.photos else []
    stays = {name: value for name, value in find.told.items() if name not in PERSONAL}
    if why == "asked" and find.record:
        gone += _unnamed(station, find.record, beyond)
    before = find.forgotten.get("what", [])
    account = {"at": at(station), "why": why, "what": [*before, *(one for one in gone if one not in before)]}
    station.store.finds.forget(find.id, stays, account)
    station.store.finds.settle()
    # A letter may thank him by name; whoever wants it has it made again.
    works.without(station, "letters")
    return gone


def _photos(station: Station, find: Find, why: str) -> bool:
    """Take away the copies of his photos beside the record: all when he asks, else those that show people."""
    held = station.store.photos.of(find.record) if find.record else []
    # They came with the acceptance; others, of another moment, are the station's own.
    his = [one.id for one in held if one.kept_at == find.closed_at and (why == "asked" or one.has_people)]
    for number in his:
        station.store.photos.remove(str(find.record), number)
    return bool(his)


def _unnamed(station: Station, uuid: str, beyond: Beyond) -> list[str]:
    """Take the finder out of the record: a new version without, and nothing of people left in those before."""
    versions = station.store.records.versions(uuid)
    # A version that was corrected or withdrawn since may name him too.
    if not any(NAMES & one.groups.get("people", {}).keys() for one in versions):
        return []
    station.intake.correcting.take_out(uuid, "people", NAMES, BY)
    beyond.erase(uuid)
    return ["record"]


def tidy(station: Station, beyond: Beyond) -> int:
    """Forget the people of reports that were closed longer ago than the node keeps them; gives how many."""
    age = datetime.timedelta(days=station.settings.finder_retention)
    before = (station.intake.clock() - age).isoformat(timespec="seconds")
    found = station.store.finds.outlived(before)
    for one in found:
        forget(station, one, beyond, why="retention")
    return len(found)
