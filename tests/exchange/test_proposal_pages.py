"""Proposals on the pages: the form of a record of another node, both lists, and the page on which one is decided."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from banding.web.access import ROLES
from banding.web.invitations import add_account
from exchange.talk import proposals
from tests.exchange.test_pages import as_role, words
from tests.together.kit import Network, Town, banding, befriend, correct, make_node, settle, withdraw, write
from tests.web.conftest import PASSWORD, token_of

Pair = tuple[Town, Town, Network]
RING = "XC 345612"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """The reserve that wrote a record, and the station that proposes; each with an account of every role."""
    khg, shp = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(khg, shp)
    for town in (khg, shp):
        with town.app.app_context():
            for role in ROLES:
                add_account(town.station, role, role, PASSWORD, "en", hasher=town.app.config["PASSWORD_HASHER"])
    yield khg, shp, Network().add(khg, shp)
    for town in (khg, shp):
        town.close()


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of a form as it is shown."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") not in ("checkbox", "radio") or " checked" in tag):
            found[said["name"]] = unescape(said.get("value", ""))
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(inner)
    return found


def send(somebody: FlaskClient, uuid: str, page: str = "", **typed: str) -> TestResponse:
    """Open the form, change what is typed, and send it."""
    path = f"/records/{uuid}/propose"
    filled = form_of(page or somebody.get(path).text) | {"reason": "Read again on the photograph"}
    return somebody.post(path, data=filled | {name.replace("__", "."): text for name, text in typed.items()})


def act(somebody: FlaskClient, path: str, **form: str) -> TestResponse:
    return somebody.post(path, data=form | {"csrf_token": token_of(somebody)}, follow_redirects=True)


def sent(town: Town) -> dict[str, dict[str, object]]:
    (letter,) = town.node.letters.sent("proposal")
    changes: dict[str, dict[str, object]] = letter.core["changes"]
    return changes


def one_proposal(pair: Pair, **core: object) -> tuple[str, str]:
    """A record of the reserve and a proposal on it that has come there."""
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING))
    settle(network)
    held = shp.station.store.records.record(uuid)
    assert held is not None
    letter = proposals.propose(shp.node, held, {"core": core or {"sex": "F"}}, "Read again")
    settle(network)
    return uuid, letter


def main_of(answer: TestResponse) -> str:
    return unescape(words(answer.text.partition("<main")[2]))


# -- the form -----------------------------------------------------------------------------------------------


def test_only_what_was_changed_in_the_form_is_proposed(pair: Pair) -> None:
    khg, shp, network = pair
    marks = [{"type": "leg-ring", "colour": "white"}]
    (uuid,) = write(khg, banding(RING, marks=marks, measurements={"wing": 71.0, "fat": 0, "fat_method": "E"}))
    settle(network)
    operator = as_role(shp, "operator")
    assert send(operator, uuid, core__sex="F").status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}
    assert "goes with the next sync" in main_of(operator.get("/proposals"))


def test_a_value_is_typed_as_at_the_entry_of_a_record(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING, measurements={"wing": 71.0, "mass": 18.4}))
    settle(network)
    typed = {"core__species": "Rustic Bunting", "core__day": "2024/05/02", "measurements__wing": "72,5"}
    answer = send(as_role(shp, "operator"), uuid, **typed, measurements__mass="", core__marks__0__type="leg-ring")
    assert answer.status_code == 303, main_of(answer)
    changes = sent(shp)
    assert changes["measurements"] == {"wing": 72.5, "mass": None}
    core = changes["core"]
    assert (core["species"], core["day"]) == ("Emberiza rustica", "2024-05-02")
    assert core["marks"] == [{"type": "leg-ring"}]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING, measurements={"wing": 71.0}))
    settle(network)
    answer = send(as_role(shp, "operator"), uuid, core__day="yesterday", measurements__wing="long", reason=" ")
    assert answer.status_code == 422
    for name in ("core-day", "measurements-wing", "reason"):
        assert f'id="{name}-wrong"' in answer.text
    assert 'value="yesterday"' in answer.text
    assert shp.node.letters.sent("proposal") == []


def test_a_form_in_which_nothing_is_changed_is_not_sent(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING))
    settle(network)
    answer = send(as_role(shp, "operator"), uuid)
    assert answer.status_code == 422
    assert "Nothing would be changed" in main_of(answer)


def test_withheld_groups_and_names_of_people_are_said_and_not_asked_for(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING, species="Emberiza aureola", people={"ringer": "N. N."}, remarks={"text": "x"}))
    settle(network)
    held = shp.station.store.records.record(uuid)
    assert held is not None
    closed = proposals.withheld(shp.node, held) - {"people"}
    assert closed
    page = as_role(shp, "operator").get(f"/records/{uuid}/propose").text
    assert main_of(as_role(shp, "operator").get(f"/records/{uuid}/propose")).count("the station withholds it") == len(
        closed
    )
    assert not re.search(rf'name="({"|".join({*closed, "people"})})\.', page)


def test_what_has_changed_while_the_form_was_open_is_not_proposed_back(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING))
    settle(network)
    operator = as_role(shp, "operator")
    opened = operator.get(f"/records/{uuid}/propose").text
    correct(khg, uuid, age="4")
    settle(network)
    answer = send(operator, uuid, opened, core__sex="F")
    assert answer.status_code == 409
    assert "has changed meanwhile" in main_of(answer)
    filled = form_of(answer.text)
    assert (filled["core.sex"], filled["core.age"]) == ("F", "4")
    assert operator.post(f"/records/{uuid}/propose", data=filled).status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}


def test_a_form_sent_twice_makes_one_proposal(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING))
    settle(network)
    operator = as_role(shp, "operator")
    opened = operator.get(f"/records/{uuid}/propose").text
    for _ in range(2):
        assert send(operator, uuid, opened, core__sex="F").status_code == 303
    assert sent(shp) == {"core": {"sex": "F"}}


def test_one_more_mark_is_a_button_away_and_sends_nothing(pair: Pair) -> None:
    khg, shp, network = pair
    (uuid,) = write(khg, banding(RING))
    settle(network)
    answer = send(as_role(shp, "operator"), uuid, redisplay="row:marks", core__sex="F")
    assert 'name="core.marks.2.type"' in answer.text
    assert form_of(answer.text)["core.sex"] == "F"
    assert shp.node.letters.sent("proposal") == []


def test_own_withdrawn_and_unknown_records_have_no_such_form(pair: Pair) -> None:
    khg, shp, network = pair
    (gone,) = write(khg, banding(RING))
    (own,) = write(shp, banding("XC 345699"))
    withdraw(khg, gone)
    settle(network)
    operator = as_role(shp, "operator")
    unknown = "7d9f1c1e-0000-4000-8000-000000000000"
    asked = {uuid: operator.get(f"/records/{uuid}/propose").status_code for uuid in (gone, own, unknown)}
    assert asked == {gone: 422, own: 403, unknown: 404}


# -- the decision -------------------------------------------------------------------------------------------


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
    assert "HL-SHP" in main_of(operator.get("/proposals"))
    shown = operator.get(f"/proposals/{letter}")
    assert "F · female" in main_of(shown)
    answer = act(operator, f"/proposals/{letter}/accept", **form_of(shown.text))
    assert "The correction is made" in main_of(answer)
    settle(network)
    for town in (khg, shp):
        assert town.station.store.records.record(uuid).core["sex"] == "F"  # type: ignore[union-attr]
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
    assert khg.station.store.records.record(uuid).generation == 1  # type: ignore[union-attr]


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
    (uuid,) = write(khg, banding(RING))
    settle(network)
    held = shp.station.store.records.record(uuid)
    assert held is not None
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
