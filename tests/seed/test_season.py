"""The season is the same every time, passes the door without a word, and birds cross in it."""

from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.encounters import Encounter
from banding.domain.journeys import elapsed
from banding.errors import Refused
from banding.intake import Arrival
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.shapes import Query
from schemas.codes import table
from seed.crossings import crossings
from seed.live import Live
from seed.nodes import CODES
from seed.season import SEED, load, season
from seed.windows import windows

TODAY = date(2026, 11, 20)
SMALL = 40
MORNING = time(1, tzinfo=UTC)


def station(folder: Path, code: str, today: date = TODAY) -> Station:
    """A node whose clock says that it is morning of that day."""
    made = Station.open(Settings(home=folder / code, node=station_node(code)))
    made.intake.clock = lambda: datetime.combine(today, MORNING)
    return made


def carried(source: Station, to: Station) -> None:
    """What the source wrote, brought to the other without people and remarks, as agreements have it."""
    arrivals = []
    for kept in source.store.search.every(Query(origin=source.settings.node.code)):
        groups = {name: group for name, group in kept.groups.items() if name not in {"people", "remarks"}}
        held = source.store.records.texts([kept.version_id])[kept.version_id]
        texts = {name: held[name] for name in groups}
        arrivals.append(Arrival(texts, groups, kept.uuid.encode()))
    assert all(received.placed for received in to.intake.receive(arrivals))


@pytest.mark.parametrize("code", CODES)
def test_the_whole_season_passes_the_door_without_error_or_warning(tmp_path: Path, code: str) -> None:
    here = station(tmp_path, code)
    verdicts = here.intake.admit(season(code, today=TODAY), door="seed", by=None)
    assert Counter(verdict.outcome for verdict in verdicts) == {"kept": len(verdicts)}
    assert {finding.severity for verdict in verdicts for finding in verdict.findings} <= {"notice"}
    tally = here.store.search.tally()
    assert tally["banding"] > 600
    assert tally["recovery"] >= 45


def test_the_same_seed_makes_the_same_season_and_another_seed_another() -> None:
    first, second = (list(season("AM-KHG", SMALL, 7, today=TODAY)) for _ in range(2))
    assert first == second
    assert first != list(season("AM-KHG", SMALL, 8, today=TODAY))


def test_keys_and_references_are_never_given_twice() -> None:
    drafts = [draft for code in CODES for draft in season(code, today=TODAY)]
    for values in ([d.submission for d in drafts], [d.record["core"]["reference"] for d in drafts]):
        assert len(set(values)) == len(drafts)


def test_loading_twice_changes_nothing_even_on_another_day(tmp_path: Path) -> None:
    here = station(tmp_path, "HL-SHP")
    first = load(here, SMALL, today=TODAY)
    again = load(here, SMALL, today=date(2027, 5, 20))
    assert again == {"unchanged": first["kept"]}
    assert here.store.search.count(Query()) == first["kept"]
    assert here.store.notes.get("demonstration") == "1"


def test_another_season_does_not_go_on_top_of_the_first(tmp_path: Path) -> None:
    here = station(tmp_path, "HL-SHP")
    load(here, SMALL, today=TODAY)
    with pytest.raises(Refused):
        load(here, SMALL + 1, today=TODAY)


@pytest.mark.parametrize(("code", "size"), [("HL-QFG", 10), ("AM-KHG", 0), ("AM-KHG", 5001)])
def test_a_season_that_cannot_be_made_is_refused(code: str, size: int) -> None:
    with pytest.raises(Refused):
        list(season(code, size, today=TODAY))


@settings(max_examples=25, deadline=None)
@given(today=st.dates(date(2024, 1, 1), date(2031, 12, 31)), seed=st.integers(0, 1000))
def test_on_whatever_day_it_begins_nothing_lies_after_yesterday_and_every_crossing_takes_days(
    today: date, seed: int
) -> None:
    for code in CODES:
        days = [draft.record["core"]["day"] for draft in season(code, 15, seed, today=today)]
        assert max(days) < today.isoformat()
        assert days == sorted(days)
        # A spring, an autumn, and the nestlings between: nothing older than two years.
        assert date.fromisoformat(min(days)).year >= today.year - 2
    for one in crossings(seed, today):
        assert (one.met_on - one.banded_on).days >= 5
    for window in windows(today).values():
        assert window.first <= window.last < today


@pytest.mark.parametrize("today", [date(2026, 4, 18), date(2026, 8, 18), date(2026, 12, 31), date(2028, 2, 29)])
def test_the_birds_that_cross_become_returns_when_the_two_stations_meet(tmp_path: Path, today: date) -> None:
    here, there = (station(tmp_path, code, today) for code in CODES)
    for one in (here, there):
        verdicts = one.intake.admit(season(one.settings.node.code, SMALL, today=today), door="seed", by=None)
        assert {verdict.outcome for verdict in verdicts} == {"kept"}
    local = here.store.search.count_returns(Query()), there.store.search.count_returns(Query())
    carried(here, there)
    carried(there, here)
    assert here.store.search.count_returns(Query()) == sum(local) + 12
    ways = set()
    for pair in here.store.search.returns(Query()):
        banding, recovery = Encounter.of(pair.banding.groups), Encounter.of(pair.recovery.groups)
        assert elapsed(banding.day.isoformat(), recovery.day.isoformat()).days > 0
        ways.add((banding.origin, recovery.origin))
        found = here.store.records.findings([pair.recovery.version_id])
        assert {finding.severity for told in found.values() for finding, _reason in told} <= {"notice"}
    assert {(CODES[0], CODES[1]), (CODES[1], CODES[0])} <= ways


def test_rings_of_a_third_country_wait_for_an_answer(tmp_path: Path) -> None:
    here = station(tmp_path, "AM-KHG")
    load(here, SMALL, today=TODAY)
    strangers = here.store.search.records(Query(scheme="JHY"))
    assert [kept.kind for kept in strangers] == ["recovery"] * 3


def test_the_most_sensitive_species_are_few_and_raised_rates_are_said() -> None:
    sensitivity = table("species").rows
    drafts = [draft.record for code in CODES for draft in season(code, today=TODAY)]
    careful = [r for r in drafts if sensitivity[r["core"]["species"]]["sensitivity"] == "3"]
    assert 0 < len(careful) < 10
    crossing = {one.bird.ring for one in crossings(SEED, TODAY)}
    for record in drafts:
        said = "than in nature" in record["remarks"]["text"]
        assert said == (record["core"]["ring"] in crossing)


def test_more_encounters_come_while_the_demonstration_runs(tmp_path: Path) -> None:
    stations = [station(tmp_path, code) for code in CODES]
    for one in stations:
        load(one, SMALL, today=TODAY)
    before = [one.store.search.count(Query()) for one in stations]
    live = Live(stations)
    entered = [live.enter() for _ in range(40)]
    assert [one.store.search.count(Query()) for one in stations] == [count + 20 for count in before]
    assert {one.kind for one in entered} == {"banding", "recovery"}
    again = Live(stations).enter()
    assert again.bird.ring not in {one.bird.ring for one in entered}
