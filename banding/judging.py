"""What the rules say of a record, given the bird's story and what this node knows."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from typing import Any

from banding.domain.encounters import Encounter, is_dead
from banding.domain.rings import look_alikes
from banding.domain.rules import Case, Finding, Tables, judge
from banding.domain.rules.quick import Quick
from banding.store import Store

LONGEST_STORY = 200


class Judging:
    """Asks the rules; `tables` and `today` are asked anew each time, since both change while a node runs."""

    def __init__(self, store: Store, tables: Callable[[], Tables], today: Callable[[], datetime.date]) -> None:
        self.store, self.tables, self.today = store, tables, today
        self._quick: Quick | None = None

    def of_others(self) -> Callable[[Mapping[str, Any], Encounter, Sequence[Encounter]], list[Finding]]:
        """What the rules say of records from other nodes, each with its encounter and story: asked once a run."""
        tables, today = self.tables(), self.today()
        quick = self._quick
        if quick is None or quick.tables is not tables or quick.today != today:
            quick = self._quick = Quick(tables, today)
        return lambda record, me, story: quick.judge(record, me, _near(story, me) if story else ())

    def of_ours(
        self, record: Mapping[str, Any], me: Encounter, story: Sequence[Encounter], tables: Tables
    ) -> list[Finding]:
        """What the rules say of a record that is entered here; `tables` are `own_tables()`, asked once a delivery."""
        return judge(Case(record, me, _near(story, me), self.today(), self._with_likely(tables, me, bool(story))))

    def own_tables(self) -> Tables:
        """The tables for what is entered here, with the station's stock of rings as it is now."""
        return replace(self.tables(), stock=self.store.stock.stocks(), entered_here=True)

    def _with_likely(self, tables: Tables, me: Encounter, is_known: bool) -> Tables:
        """The tables, with the rings known here that a ring nobody knows may have been misread for."""
        if is_known or me.is_banding or me.ring_key is None:
            return tables
        near = self.store.records.rings_known([me.ring_key, *look_alikes(me.ring_key)])
        return replace(tables, near_rings=frozenset(near))


def _near(history: Sequence[Encounter], me: Encounter) -> list[Encounter]:
    """The encounters that can say something of this one; all of them for any bird that has lived.

    A ring met more often than that is a placeholder in somebody's file. Only its bandings, its deaths and the
    days around are looked at, so that one such file cannot keep a node busy for hours.
    """
    others = [e for e in history if e.id != me.id]
    if len(others) <= LONGEST_STORY:
        return others
    telling = [e for e in others if e.is_banding or is_dead(e.condition)][:LONGEST_STORY]
    around = nsmallest(LONGEST_STORY, others, key=lambda e: abs(e.day - me.day))
    return list({e.id: e for e in telling + around}.values())
