"""The part of the one door through which records of other nodes come, in runs: none is lost for its sense."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from banding.domain.encounters import Encounter
from banding.domain.rules import Finding
from banding.drafts import Arrival, Received
from banding.extending import Extending, is_extension
from banding.judging import Judging
from banding.shape import problems
from banding.store import Store
from banding.store.extensions import NewExtension
from banding.store.shapes import KnownAs, NewVersion, Placed
from banding.stories import Stories

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class Receiving:
    """Takes arrivals in; what the rules say is kept beside each version, so that both sides see a conflict."""

    def __init__(self, store: Store, judging: Judging, extending: Extending, at: Callable[[], str]) -> None:
        self.store, self.judging, self.extending, self.at = store, judging, extending, at

    def receive(self, arrivals: Sequence[Arrival]) -> list[Received]:
        """Keep verified versions of other nodes, all in one transaction and each with its answer, in order.

        Only a wrong shape, or an origin that is not the one of the record held, sets a version aside.
        """
        found: list[Received | None] = []
        with self.store.transaction():
            ids = [_id(a.record) for a in arrivals]
            known = self.store.records.known(filter(None, ids))
            found += [Received(None, wrong) if wrong else None for wrong in self._faults(arrivals, ids, known)]
            sound = [place for place, refused in enumerate(found) if refused is None]
            rows = [place for place in sound if is_extension(arrivals[place].record)]
            birds = [place for place in sound if not is_extension(arrivals[place].record)] if rows else sound
            # Rows of tables first: the records beside them may need them to be understood.
            placed = self._keep_rows([arrivals[place] for place in rows])
            placed += self._keep_birds([arrivals[place] for place in birds], known)
        for place, one in zip(rows + birds, placed, strict=True):
            found[place] = Received(one)
        return [one for one in found if one is not None]

    def _faults(
        self, arrivals: Sequence[Arrival], ids: Sequence[str], known: Mapping[str, KnownAs]
    ) -> Iterator[Sequence[Finding]]:
        """Why each is set aside; an origin holds from the first version on, of the same run or of one before."""
        birds = {uuid: held.origin for uuid, held in known.items()}
        rows: dict[str, str] = {}
        for arrival, uuid in zip(arrivals, ids, strict=True):
            record, is_row = arrival.record, is_extension(arrival.record)
            origins = rows if is_row else birds
            held = origins.get(uuid)
            if held is None and is_row:
                held = self._origin_of_row(uuid) or birds.get(uuid)
            if held is not None and held != record["core"].get("origin"):
                yield [_foreign(held, arrival)]
                continue
            wrong = (self.extending.wrong_with if is_row else problems)(record, strict=arrival.strict)
            if held is None and not wrong:
                origins[uuid] = record["core"]["origin"]
            yield wrong

    def _origin_of_row(self, uuid: str) -> str | None:
        held = self.store.extensions.known([uuid]).get(uuid) if uuid else None
        return held.origin if held else None

    def _keep_rows(self, arrivals: Sequence[Arrival]) -> list[Placed]:
        new = [NewExtension(a.record["core"], a.groups["core"], "peer", None, a.seal, own=False) for a in arrivals]
        return self.store.extensions.keep(new, self.at())

    def _keep_birds(self, arrivals: Sequence[Arrival], known: dict[str, KnownAs]) -> list[Placed]:
        mets = [Encounter.of(a.record) for a in arrivals]
        stories, judge = Stories(self.store, mets), self.judging.of_others()
        versions = []
        for arrival, met in zip(arrivals, mets, strict=True):
            findings = judge(arrival.record, met, stories.of(met))
            stories.remember(met)
            generation = arrival.record["core"]["generation"]
            versions.append(
                NewVersion(met, generation, arrival.groups, "peer", seal=arrival.seal, findings=findings, own=False)
            )
        return self.store.records.keep(versions, self.at(), known)


def _id(record: Mapping[str, Any]) -> str:
    """The UUID that a record gives itself, before anything else of it was looked at; empty where that is none."""
    core = record.get("core")
    uuid = core.get("id") if isinstance(core, dict) else None
    return uuid if isinstance(uuid, str) and _UUID.fullmatch(uuid) else ""


def _foreign(held: str, arrival: Arrival) -> Finding:
    log = arrival.log or str(arrival.record["core"].get("origin"))
    return Finding("W-origin", "error", "", {"origin": held, "log": log})
