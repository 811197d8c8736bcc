"""A short round of faults: two stations and a hub, at least twelve kills, and the law holds afterwards."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.figures import figures
from tests.faults.ground import Missing, Namespaces, ground
from tests.faults.hosts import hosts
from tests.faults.ledger import ACKNOWLEDGED
from tests.faults.lines import Fault
from tests.faults.round import Plan, Round
from tests.together.served import until
from tests.together.test_kill import fill

pytestmark = pytest.mark.slow

SHORT = Plan(seed=2842, seconds=18, kills=12, rest=0.1)


def test_two_stations_and_a_hub_survive_a_short_round_of_faults(tmp_path: Path) -> None:
    said: list[str] = []
    with ground(plain=True) as plain, hosts(tmp_path, plain, count=3, seed=SHORT.seed) as three:
        # Whatever the dice say, one line begins badly, and cuts before the round begins.
        line = three.lines["PR-KHN", "AM-KHG"]
        line.spoil(Fault("cut", cut_after=500))
        for host in three.hosts:
            host.start()
        until(lambda: line.cuts > 0, "a call was cut")
        fought = Round(three, tmp_path, SHORT, said.append)
        broken = fought.run()
        print("\n".join([*said, *(f"{name}: {figure}" for name, figure in figures(fought).items())]))
        assert broken == [], SHORT
        assert fought.kills >= SHORT.kills
        assert fought.ledger.count(ACKNOWLEDGED) == fought.arrived() > 0
        assert fought.ledger.deaths, "no disk was put back"


def test_a_pull_goes_through_a_cable_that_loses_packets(tmp_path: Path) -> None:
    try:
        real = Namespaces()
    except Missing as missing:
        pytest.skip(f"no network namespaces here: {missing}")
    with closing(real), hosts(tmp_path, real, count=2) as pair:
        giver, taker = pair.hosts
        if not real.lossy:
            pytest.skip("the kernel has nothing that loses packets")
        fill(giver, 3000, "C")
        assert real.spoil(taker.site)
        giver.start()
        until(giver.answers, "the giver answers")
        taker.start()
        until(taker.answers, "the taker answers")
        until(lambda: taker.ask("select count(*) from records") == [(3000,)], "all has come", seconds=120)
        assert real.lost(taker.site) > 0
        assert "Traceback" not in giver.said() + taker.said()
