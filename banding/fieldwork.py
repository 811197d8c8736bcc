"""A field session from its beginning to its end: begun, joined by birds, carried on in another round, ended."""

import uuid as uuids
from collections.abc import Callable, Mapping
from dataclasses import replace

from banding.errors import NotFound, Refused
from banding.intake import Verdict
from banding.station import Station
from banding.store.sessions import FieldSession

LONGEST_ROUND = 40
MOST_BIRDS = 100_000


def begin(station: Station, account: int, header: Mapping[str, str], round: str) -> FieldSession:
    """Begin a session; `header` holds what every bird of it begins with, by control. Raises Refused."""
    session = FieldSession(str(uuids.uuid4()), account, station.at(), None, dict(header), _round(round))
    station.store.sessions.open(session)
    return session


def session_of(station: Station, id: str) -> FieldSession:
    """The session with this id. Raises NotFound."""
    found = station.store.sessions.of(id)
    if found is None:
        raise NotFound("There is no such session here", where=id, mend="Choose one of the list")
    return found


def change(
    station: Station, session: FieldSession, header: Mapping[str, str], round: str, counted: str
) -> FieldSession:  # fmt: skip
    """Write another header, round or count; birds that are saved stay as they are. Raises Refused."""
    changed = replace(session, header=dict(header), round=_round(round), counted=_count(counted))
    station.store.sessions.change(changed)
    return changed


def end(station: Station, session: FieldSession, counted: str) -> None:
    """End a session with the count at the net, where one is given. Raises Refused."""
    with station.store.transaction():
        if counted.strip():
            station.store.sessions.change(replace(session, counted=_count(counted)))
        station.store.sessions.close(session.id, station.at())


def reopen(station: Station, session: FieldSession) -> None:
    """Let birds come again into a session that was ended."""
    station.store.sessions.change(replace(session, closed_at=None))


def another_round(station: Station, session: FieldSession, account: int, round: str, counted: str) -> FieldSession:
    """End a session and begin another with the same header, for the next walk to the nets. Raises Refused."""
    with station.store.transaction():
        end(station, session, counted)
        return begin(station, account, session.header, round)


def kept(station: Station, session: FieldSession | None, deed: Callable[[], Verdict]) -> Verdict:
    """Keep a record and its place in the session together; `deed` hands it to the door.

    A session that was ended meanwhile takes it all the same: it may have waited on a device without a line.
    """
    if session is None:
        return deed()
    with station.store.transaction():
        verdict = deed()
        if verdict.is_kept and verdict.id:
            station.store.sessions.add_bird(session.id, verdict.id, session.round)
        return verdict


def _round(text: str) -> str:
    told = " ".join(text.split())
    if len(told) > LONGEST_ROUND:
        raise Refused("This is far too long", where="round", mend="Write a number or a time, such as 3 or 06:30")
    return told


def _count(text: str) -> int | None:
    told = text.strip()
    if not told:
        return None
    if not told.isdecimal() or not 0 <= int(told[:9]) <= MOST_BIRDS or len(told) > 9:
        raise Refused("This is no count of birds", where="counted", mend="Write a whole number, such as 37")
    return int(told)
