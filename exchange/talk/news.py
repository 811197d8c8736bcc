"""Says in one line each what has just crossed and which returns it completed, for whoever watches a terminal."""

from collections.abc import Iterable, Iterator

from banding.domain import matching, rings
from banding.domain.encounters import Encounter
from banding.domain.journeys import compass
from exchange.node import ExchangeNode
from exchange.talk.plan import Read
from exchange.talk.take import Taken


def tell(node: ExchangeNode, peer: str, taken: Taken) -> None:
    """What has crossed and what it completed; nothing when nothing new came or nobody listens."""
    moved = taken.kept + taken.fuller
    if not node.announces or not (moved or taken.aside or taken.refused):
        return
    node.say(
        f"crossed {node.code} <- {peer}  {taken.kept} kept, {taken.fuller} completed,"
        f" {taken.aside} set aside, {taken.refused} refused"
    )


def tell_returns(node: ExchangeNode, reads: Iterable[Read]) -> None:
    """One line for each return that these entries completed."""
    if node.announces:
        for line in returns_met(node, reads):
            node.say(line)


def returns_met(node: ExchangeNode, reads: Iterable[Read]) -> Iterator[str]:
    """The returns between two nodes of which one half has just come, in words."""
    new = {read.record["core"]["id"]: _bird(read) for read in reads if not read.faults}
    histories = node.store.records.histories({bird for bird in new.values() if bird})
    # A bird that wears two numbers has one story, which stands under both.
    for encounters in {id(one): one for one in histories.values()}.values():
        for one in matching.story(encounters).returns:
            crossed = one.banding.origin != one.recovery.origin
            if crossed and (one.banding.id in new or one.recovery.id in new):
                yield _line(node, one)


def _bird(read: Read) -> tuple[str, str] | None:
    core = read.record["core"]
    scheme, ring = core.get("scheme"), core.get("ring")
    if not (isinstance(scheme, str) and isinstance(ring, str)):
        # It was set aside: what it says has not passed the schema.
        return None
    key = rings.key(ring, core.get("ring_partial") is True)
    return (scheme, key) if key else None


def _line(node: ExchangeNode, one: matching.Return) -> str:
    way = ""
    if one.journey is not None:
        direction = f" {compass(one.journey.direction)}" if one.journey.direction is not None else ""
        way = f"{one.journey.km:.0f} km{direction}, "
    return f"return {node.code}  {_ring(one.recovery)} {one.recovery.species}: {way}{one.elapsed.days} days"


def _ring(met: Encounter) -> str:
    return f"{met.scheme} {met.ring}"
