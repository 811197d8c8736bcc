"""Which rings are asked for, which are answered, and that asking stays cheap among very many records."""

from tests.exchange.forms import Pair
from tests.together.kit import Town, banding, pull, recovery, settle, withdraw, write

RINGS = ("XC 345612", "XC 345699")


def asked(town: Town) -> list[str]:
    return [one.uuid for one in town.node.requests.open(99)]


def test_a_ring_is_asked_for_until_its_banding_is_here(pair: Pair) -> None:
    khg, shp, network = pair
    foreign, local, unread, _ = write(
        shp,
        recovery(RINGS[0]),
        recovery("H00-0773", scheme="CPB"),
        recovery("XC 34-61", ring_partial=True),
        banding("H00-0773", scheme="CPB"),
    )
    assert asked(shp) == [foreign]
    write(khg, banding(RINGS[0]))
    pull(shp, khg, network)
    assert asked(shp) == []
    (answered,) = shp.node.requests.answered(9)
    assert (answered.uuid, answered.origin, answered.banded) == (foreign, "AM-KHG", "2024-05-01")
    assert asked(khg) == [], "a recovery of another node is asked for there"
    assert {local, unread}.isdisjoint(one.uuid for one in shp.node.requests.answered(9))


def test_a_withdrawn_recovery_is_asked_for_no_longer_and_a_withdrawn_banding_opens_the_request_again(
    pair: Pair,
) -> None:
    khg, shp, network = pair
    gone, stays = write(shp, recovery(RINGS[1]), recovery(RINGS[0]))
    withdraw(shp, gone)
    (banded,) = write(khg, banding(RINGS[0]))
    pull(shp, khg, network)
    assert asked(shp) == []
    withdraw(khg, banded)
    pull(shp, khg, network)
    assert asked(shp) == [stays]


def test_a_bird_with_another_ring_is_the_same_bird(pair: Pair) -> None:
    khg, shp, network = pair
    first, second = RINGS
    changed, later = write(
        shp, recovery(second, replaces={"scheme": "RUM", "ring": first}), recovery(second, day="2024-10-01")
    )
    assert asked(shp) == [changed, later]
    write(khg, banding(first))
    pull(shp, khg, network)
    assert asked(shp) == []
    assert {one.uuid for one in shp.node.requests.answered(9)} == {changed, later}


def test_the_list_goes_on_behind_its_last_line(pair: Pair) -> None:
    _, shp, _ = pair
    written = write(shp, *(recovery(f"XC 3456{number}") for number in range(10, 20)))
    first = shp.node.requests.open(4)
    rest = shp.node.requests.open(99, after=first[-1].id)
    assert [one.uuid for one in (*first, *rest)] == written


def test_a_look_reads_what_is_new_and_no_table_from_end_to_end(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding(RINGS[0]))
    write(shp, recovery(RINGS[0]))
    settle(network)
    connection = shp.station.store.database.conn
    for statement, values in statements(shp):
        plan = [row[3] for row in connection.execute(f"explain query plan {statement}", values)]
        scans = [step for step in plan if step.startswith("SCAN") and any(f" {name}" in step for name in TABLES)]
        assert scans == [], plan


TABLES = ("r", "v", "b", "x", "o", "rv", "bv", "records", "versions")


def statements(town: Town) -> list[tuple[str, list[object]]]:
    """What is asked of the store by the page of requests and by a look."""
    told: list[tuple[str, list[object]]] = []
    requests = town.node.requests
    requests._rows = lambda sql, values: told.append((sql, list(values))) or []  # type: ignore[method-assign, func-returns-value]
    requests.open(50)
    requests.answered(50)
    requests.birds(0, 1000, "RUM")
    assert len(told) == 3
    return told
