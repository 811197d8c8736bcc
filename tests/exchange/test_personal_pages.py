"""Names of people and remarks on the exchange's pages: an operator reads them, a reader sees that they are there."""

from pathlib import Path

import pytest

from exchange.agreements import opening
from exchange.talk import proposals
from exchange.talk.proving import prove
from exchange.talk.take import Visiting, take
from tests.exchange import made
from tests.exchange.forms import Pair, as_role, known, staff
from tests.planted import FINDER, REMARK
from tests.together.cloned import Cloned
from tests.together.kit import EVERYTHING, Town, every, record_of, settle
from tests.together.test_forks import meet

TOLD = {"people": {"finder_name": FINDER}, "remarks": {"text": REMARK}}
FOR_OPERATORS = {"reader": [False, False], "operator": [True, True]}


def seen(town: Town, path: str, *texts: str) -> dict[str, list[bool]]:
    """Whether a reader and an operator find the texts there; the planted name and remark unless told otherwise."""
    pages = {role: as_role(town, role).get(path) for role in ("reader", "operator")}
    assert {page.status_code for page in pages.values()} == {200}
    return {role: [text in page.text for text in texts or (FINDER, REMARK)] for role, page in pages.items()}


@pytest.mark.usefixtures("staffed")
@pytest.mark.parametrize("form", ["", "&format=json"])
def test_in_a_preview(pair: Pair, form: str) -> None:
    khg, shp, _ = pair
    with khg.station.store.transaction():
        opening.change_terms(khg.node, shp.code, EVERYTHING)
    known(pair, **TOLD)
    assert seen(khg, f"/agreements/preview?peer={shp.code}{form}") == FOR_OPERATORS


@pytest.mark.usefixtures("staffed")
def test_in_a_proposal(pair: Pair) -> None:
    khg, shp, network = pair
    with khg.station.store.transaction():
        opening.change_terms(khg.node, shp.code, EVERYTHING)
    uuid = known(pair)
    # A peer that is told remarks may propose on them: these words are meant to leave.
    told = ("Behind the barn", "says somebody")
    changes = {"remarks": {"text": ", ".join(told)}}
    letter = proposals.propose(shp.node, record_of(shp, uuid), changes, "Read again")
    settle(network)
    for town in (khg, shp):
        assert seen(town, f"/proposals/{letter}", *told) == FOR_OPERATORS


@pytest.mark.usefixtures("staffed")
def test_in_an_entry_that_is_set_aside(pair: Pair) -> None:
    _, shp, _ = pair
    with shp.station.store.transaction():
        shp.node.ledger.trust("PR-KHN", made.public("PR-KHN"))
    entry = made.entry(1, {"core": made.core(origin="HL-QFG"), **TOLD})
    spoilt = made.batch([entry], "PR-KHN.0123456789abcdef", signer="PR-KHN")
    assert take(Visiting(shp.node, "AM-KHG"), [prove(shp.node, spoilt)]).aside == 1
    assert seen(shp, "/set-aside") == FOR_OPERATORS


def test_in_versions_at_odds(tmp_path: Path) -> None:
    cloned = Cloned(tmp_path)
    staff(cloned.one)
    uuid = every(cloned.one)[0].uuid
    for town, told in ((cloned.one, TOLD), (cloned.two, {})):
        groups = {name: dict(group) for name, group in record_of(town, uuid).groups.items()} | told
        groups["core"] |= {"sex": "F" if told else "M"}
        groups["core"].pop("confirmed", None)
        if not told:
            groups.pop("remarks", None)
        verdict = town.station.intake.correct(uuid, groups, by="a test")
        reasons = {finding.code: "For the test" for finding in verdict.findings}
        assert verdict.is_kept or town.station.intake.correct(uuid, groups, by="a test", confirmed=reasons).is_kept
    meet(cloned, rounds=2)
    assert seen(cloned.one, f"/forks/{uuid}") == FOR_OPERATORS
    for town in cloned.towns:
        town.close()
