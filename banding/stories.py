"""What is known of each bird while a delivery is judged, record after record, before any of it is kept."""

from collections.abc import Iterable

from banding.domain.encounters import Encounter
from banding.store import Store
from banding.store.links import MOST_NUMBERS

Bird = tuple[str, str]


class Stories:
    """The encounters of the birds that some records are about, those of the same delivery among them."""

    def __init__(self, store: Store, mets: Iterable[Encounter], *, but: int = 0) -> None:
        """Read what the store has; `but` is a record of it whose own link between two rings does not count."""
        birds = {bird for met in mets for bird in (_bird(met), met.replaces) if bird}
        self._met = store.records.histories(birds, but=but)
        self._linked: dict[Bird, set[Bird]] = {}

    def of(self, met: Encounter) -> list[Encounter]:
        """All that is known of the bird of an encounter, under every number that it wears."""
        bird = _bird(met)
        mine = self._met.get(bird, []) if bird else []
        if bird is None or met.replaces is None or met.withdrawn or not self._may_link(bird, met.replaces):
            return mine
        other = self._met.get(met.replaces, [])
        return mine if other is mine else mine + other

    def remember(self, met: Encounter) -> None:
        """Add an encounter that is kept, or put it in the place of its earlier version."""
        bird = _bird(met)
        if bird is None:
            return
        if met.replaces is not None and not met.withdrawn:
            self._link(bird, met.replaces)
        known = self._met.get(bird)
        if known is None:
            self._met[bird] = [met]
            return
        place = next((place for place, one in enumerate(known) if one.id == met.id), len(known))
        known[place : place + 1] = [met]

    def _link(self, one: Bird, other: Bird) -> None:
        """Make one story of the two numbers that a record links."""
        for first, second in ((one, other), (other, one)):
            self._linked.setdefault(first, set()).add(second)
        a, b = self._met.setdefault(one, []), self._met.setdefault(other, [])
        if a is not b and self._may_link(one, other):
            whole = a + b
            self._met |= {bird: whole for bird, story in self._met.items() if story is a or story is b}

    def _may_link(self, one: Bird, other: Bird) -> bool:
        """A number that is linked with very many others is no bird's but a placeholder."""
        return all(len(self._linked.get(bird, ())) <= MOST_NUMBERS for bird in (one, other))


def _bird(met: Encounter) -> Bird | None:
    return (met.scheme, met.ring_key) if met.ring_key else None
