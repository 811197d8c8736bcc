"""A log that withdraws or changes more than a tenth of what is held of it waits for a person; others go on."""

import json
from collections.abc import Callable

import pytest

from banding.errors import NotFound
from exchange.log import publish
from exchange.talk import brake
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    pull,
    recovery,
    reopen,
    returns_of,
    seals_of,
    snapshot,
    trust,
    withdraw,
    write,
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "BATCH", 10)


def fill(town: Town, number: int) -> list[str]:
    return write(town, *(banding(f"XC {at:06}") for at in range(number)))


def generations(town: Town) -> list[int]:
    return sorted(one[0] for one in snapshot(town).values())


def alarms_of(town: Town) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.about) for alarm in town.node.alarms.open() if alarm.kind == "brake"]


def amended(town: Town, uuid: str) -> None:
    correct(town, uuid, sex="F")


@pytest.mark.parametrize("deed", [withdraw, amended])
@pytest.mark.parametrize(
    ("held", "changed", "waits"), [(60, 20, False), (60, 21, True), (230, 23, False), (230, 24, True)]
)
def test_more_than_a_tenth_and_more_than_twenty_changed_records_wait(
    amur: Town, shuangpo: Town, between: Network, deed: Callable[[Town, str], None],
    held: int, changed: int, waits: bool,
) -> None:  # fmt: skip
    uuids = fill(amur, held)
    pull(shuangpo, amur, between)
    for uuid in uuids[:changed]:
        deed(amur, uuid)
    report = pull(shuangpo, amur, between)
    assert report.trouble == ""
    log = amur.node.publisher.log
    assert report.taken.waiting == ((log,) if waits else ())
    assert alarms_of(shuangpo) == ([("brake", log)] if waits else [])
    # Of what waits, the batches before the one too many have been taken, and nothing behind it.
    assert sum(generation > 1 for generation in generations(shuangpo)) == (20 if waits else changed)


def test_the_same_is_so_when_it_comes_a_little_at_each_batch_of_one_visit_and_however_often_it_comes(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    uuids = fill(amur, 40)
    pull(shuangpo, amur, between)
    for uuid in uuids:
        withdraw(amur, uuid)
        amur.node.publisher.publish()
    for _ in range(3):
        report = pull(shuangpo, amur, between)
        assert report.trouble == ""
    shuangpo = reopen(shuangpo)
    between.add(shuangpo)
    pull(shuangpo, amur, between)
    assert generations(shuangpo).count(2) == 20
    assert len(alarms_of(shuangpo)) == 1
    state = shuangpo.node.ledger.log(amur.node.publisher.log)
    assert state is not None
    assert state.held is not None
    assert json.loads(state.held)["changed"] == 21
    shuangpo.close()


def test_the_same_record_changed_many_times_counts_once(amur: Town, shuangpo: Town, between: Network) -> None:
    uuids = fill(amur, 25)
    pull(shuangpo, amur, between)
    for at in range(50):
        correct(amur, uuids[at % 3], sex="FM"[at // 3 % 2])
    assert pull(shuangpo, amur, between).taken.waiting == ()
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def test_other_logs_go_on_while_one_waits(amur: Town, shuangpo: Town, third: Town, between: Network) -> None:
    befriend(amur, third)
    trust(shuangpo, third)
    network = between.add(third)
    uuids = fill(amur, 30)
    pull(shuangpo, amur, network)
    for uuid in uuids:
        withdraw(amur, uuid)
    amur.node.publisher.publish()
    write(third, recovery("XC 345612"))
    write(shuangpo, banding("XC 345612"))
    pull(amur, third, network)
    report = pull(shuangpo, amur, network)
    assert (report.trouble, report.taken.waiting) == ("", (amur.node.publisher.log,))
    assert len(returns_of(shuangpo)) == 1
    write(third, recovery("XC 345612", day="2024-10-01"))
    pull(amur, third, network)
    pull(shuangpo, amur, network)
    assert len(returns_of(shuangpo)) == 2


def test_what_waits_is_not_fetched_again_at_each_visit(amur: Town, shuangpo: Town, between: Network) -> None:
    uuids = fill(amur, 30)
    pull(shuangpo, amur, between)
    for uuid in uuids:
        withdraw(amur, uuid)
    pull(shuangpo, amur, between)
    report = pull(shuangpo, amur, between)
    assert (report.taken.batches, report.bytes < 2048) == (0, True)


def test_what_somebody_lets_pass_comes_with_the_next_visit_and_the_brake_holds_again_behind_it(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    uuids = fill(amur, 60)
    pull(shuangpo, amur, between)
    for uuid in uuids[:30]:
        withdraw(amur, uuid)
    pull(shuangpo, amur, between)
    log = amur.node.publisher.log
    brake.release(shuangpo.node, log, "keeper")
    assert alarms_of(shuangpo) == []
    report = pull(shuangpo, amur, between)
    assert (report.trouble, report.taken.waiting) == ("", ())
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    for uuid in uuids[30:]:
        withdraw(amur, uuid)
    assert pull(shuangpo, amur, between).taken.waiting == (log,)
    assert alarms_of(shuangpo) == [("brake", log)]


def test_what_is_let_pass_comes_over_a_line_that_breaks_as_well(amur: Town, shuangpo: Town, between: Network) -> None:
    uuids = fill(amur, 60)
    pull(shuangpo, amur, between)
    for uuid in uuids:
        withdraw(amur, uuid)
    pull(shuangpo, amur, between)
    brake.release(shuangpo.node, amur.node.publisher.log, "keeper")
    for after in (1500, 3000, 6000, None):
        between.cut_after = after
        assert pull(shuangpo, amur, between).taken.waiting == ()
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def test_only_what_waits_can_be_let_pass(amur: Town, shuangpo: Town, between: Network) -> None:
    fill(amur, 1)
    pull(shuangpo, amur, between)
    for log in (amur.node.publisher.log, "AM-KHG.0123456789abcdef"):
        with pytest.raises(NotFound):
            brake.release(shuangpo.node, log, "keeper")


@pytest.mark.parametrize("posts", [False, True])
def test_a_log_met_for_the_first_time_is_not_held_however_much_it_corrects_and_however_often_the_line_breaks(
    amur: Town, shuangpo: Town, between: Network, posts: bool
) -> None:
    befriend(amur, shuangpo, posts=[amur.code] if posts else [])
    uuids = fill(amur, 60)
    amur.node.publisher.publish()
    for uuid in uuids:
        withdraw(amur, uuid)
    amur.node.publisher.publish()
    for after in (4000, 9000, 12000, None):
        between.cut_after = after
        report = pull(amur, shuangpo, between) if posts else pull(shuangpo, amur, between)
        assert report.taken.waiting == ()
    assert alarms_of(shuangpo) == []
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert generations(shuangpo) == [2] * 60


def test_a_posted_log_waits_like_one_that_is_pulled_and_comes_when_it_is_let_pass(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    befriend(amur, shuangpo, posts=[amur.code])
    between.hidden = {amur.code}
    uuids = fill(amur, 30)
    pull(amur, shuangpo, between)
    for uuid in uuids:
        withdraw(amur, uuid)
    pull(amur, shuangpo, between)
    assert alarms_of(shuangpo) == [("brake", amur.node.publisher.log)]
    brake.release(shuangpo.node, amur.node.publisher.log, "keeper")
    assert pull(amur, shuangpo, between).trouble == ""
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
