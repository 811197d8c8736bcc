"""Proposals on the pages: the lists of both sides, and the page on which one is decided."""

import pytest

from exchange.talk import proposals
from tests.exchange.forms import Pair, act, as_role, form_of, known, main_of
from tests.together.kit import correct, record_of, settle, withdraw

pytestmark = pytest.mark.usefixtures("staffed")


def one_proposal(pair: Pair, **core: object) -> tuple[str, str]:
    """A record of the reserve and a proposal on it that has come there."""
    _, shp, network = pair
    uuid = known(pair)
    held = record_of(shp, uuid)
    letter = proposals.propose(shp.node, held, {"core": core or {"sex": "F"}}, "Read again")
    settle(network)
    return uuid, letter


def test_empty_lists_say_so(pair: Pair) -> None:
    page = main_of(as_role(pair[1], "reader").get("/proposals"))
    assert "No proposal waits here" in page
    assert "has proposed nothing yet" in page


def test_a_reader_looks_and_does_not_decide(pair: Pair) -> None:
    khg, _, _ = pair
    uuid, letter = one_proposal(pair)
    reader = as_role(khg, "reader")
    page = reader.get(f"/proposals/{letter}").text
    assert "<form" not in page.partition("<main")[2]
    assert act(reader, f"/proposals/{letter}/accept").status_code == 403
    assert act(reader, f"/proposals/{letter}/decline", reason="x").status_code == 403
    assert "Propose a correction" not in as_role(pair[1], "reader").get(f"/records/{uuid}").text


def test_accepting_makes_the_version_and_both_sides_say_so(pair: Pair) -> None:
    khg, shp, network = pair
    uuid, letter = one_proposal(pair)
    operator = as_role(khg, "operator")
    assert "HL-SHP RUM XC 345612" in main_of(operator.get("/proposals"))
    assert "AM-KHG RUM XC 345612" in main_of(as_role(shp, "reader").get("/proposals"))
    shown = operator.get(f"/proposals/{letter}")
    assert "F · female" in main_of(shown)
    answer = act(operator, f"/proposals/{letter}/accept", **form_of(shown.text))
    assert "The correction is made" in main_of(answer)
    settle(network)
    for town in (khg, shp):
        assert record_of(town, uuid).core["sex"] == "F"
    assert f'href="/records/{uuid}">RUM XC 345612</a>: accepted' in operator.get("/proposals").text
    for path in ("/proposals", f"/proposals/{letter}", f"/records/{uuid}"):
        assert "accepted: version 2" in main_of(as_role(shp, "reader").get(path)), path


def test_declining_wants_a_reason_and_the_other_side_reads_it(pair: Pair) -> None:
    khg, shp, network = pair
    _uuid, letter = one_proposal(pair)
    operator = as_role(khg, "operator")
    bare = act(operator, f"/proposals/{letter}/decline", reason=" ")
    assert bare.status_code == 422
    assert 'id="reason-wrong"' in bare.text
    assert "is declined" in main_of(act(operator, f"/proposals/{letter}/decline", reason="It was measured <b>"))
    assert "decided on this proposal already" in main_of(act(operator, f"/proposals/{letter}/accept"))
    settle(network)
    page = as_role(shp, "reader").get("/proposals").text
    assert "declined: It was measured &lt;b&gt;" in page


def test_a_warning_is_confirmed_with_a_reason_and_until_then_the_proposal_stays_open(pair: Pair) -> None:
    khg, _, _ = pair
    _uuid, letter = one_proposal(pair, day="1898-05-01")
    operator = as_role(khg, "operator")
    form = form_of(operator.get(f"/proposals/{letter}").text)
    asked = act(operator, f"/proposals/{letter}/accept", **form)
    assert asked.status_code == 422
    assert "The proposal stays open" in main_of(asked)
    reasons = {name: "Seen on the photograph" for name in form_of(asked.text) if name.startswith("confirm-")}
    assert reasons
    assert "The correction is made" in main_of(act(operator, f"/proposals/{letter}/accept", **form | reasons))


def test_what_the_rules_refuse_stays_open_with_their_words(pair: Pair) -> None:
    khg, _, _ = pair
    uuid, letter = one_proposal(pair, day="2031-05-01")
    operator = as_role(khg, "operator")
    answer = act(operator, f"/proposals/{letter}/accept", **form_of(operator.get(f"/proposals/{letter}").text))
    assert answer.status_code == 422
    assert "is after today" in main_of(answer)
    assert khg.node.letters.letter(letter).state == "new"  # type: ignore[union-attr]
    assert record_of(khg, uuid).generation == 1


def test_nothing_is_accepted_beside_a_version_that_nobody_has_looked_at(pair: Pair) -> None:
    khg, _, _ = pair
    uuid, letter = one_proposal(pair)
    operator = as_role(khg, "operator")
    form = form_of(operator.get(f"/proposals/{letter}").text)
    correct(khg, uuid, sex="M")
    answer = act(operator, f"/proposals/{letter}/accept", **form)
    page = main_of(answer)
    assert "was changed by somebody else meanwhile" in page
    assert "Compare all three columns" in page
    assert "M · male" in page
    again = act(operator, f"/proposals/{letter}/accept", **form_of(answer.text))
    assert "The correction is made" in main_of(again)


def test_a_proposal_that_was_answered_by_itself_says_why_in_the_readers_language(pair: Pair) -> None:
    khg, shp, network = pair
    uuid = known(pair)
    held = record_of(shp, uuid)
    proposals.propose(shp.node, held, {"core": {"sex": "F"}}, "Read again")
    withdraw(khg, uuid)
    settle(network)
    reader = as_role(shp, "reader")
    assert "declined: The record was withdrawn." in main_of(reader.get("/proposals"))
    act(reader, "/language", language="zh")
    assert "withdrawn" not in main_of(reader.get("/proposals"))


def test_a_proposal_that_is_only_carried_is_shown_to_nobody(pair: Pair) -> None:
    khg, shp, _ = pair
    uuid, letter = one_proposal(pair)
    with khg.station.store.transaction():
        khg.station.store.database.execute("update exchange_letters set recipient = 'HL-GFN'")
    reader = as_role(khg, "reader")
    assert reader.get(f"/proposals/{letter}").status_code == 404
    assert "Read again" not in reader.get(f"/records/{uuid}").text
    assert "Read again" in as_role(shp, "reader").get(f"/records/{uuid}").text


@pytest.mark.parametrize("path", ["/proposals", "/proposals/{letter}", "/records/{uuid}/propose"])
def test_the_pages_speak_three_languages(pair: Pair, path: str) -> None:
    uuid, letter = one_proposal(pair)
    town = pair[1] if "propose" in path.rpartition("/")[2] else pair[0]
    somebody = as_role(town, "operator")
    seen = set()
    for language in ("en", "zh", "ru"):
        act(somebody, "/language", language=language)
        seen.add(main_of(somebody.get(path.format(uuid=uuid, letter=letter))))
    assert len(seen) == 3


def test_the_exchange_leads_to_both_pages(pair: Pair) -> None:
    page = as_role(pair[0], "reader").get("/peers").text
    assert 'href="/proposals"' in page
    assert 'href="/forks"' in page
