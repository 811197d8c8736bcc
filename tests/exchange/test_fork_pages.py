"""Versions at odds on the pages: the list, both sides of one, and the form by which its station makes one of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.talk import odds
from tests.exchange.forms import act, as_role, form_of, main_of, staff
from tests.together.cloned import Cloned
from tests.together.kit import Town, banding, correct, every, record_of, withdraw, write
from tests.together.test_forks import meet, sides


@pytest.fixture
def cloned(tmp_path: Path) -> Iterator[Cloned]:
    """Khingansky twice, and two others; the first copy and the first of the others have an account of each role."""
    made = Cloned(tmp_path)
    staff(made.one, made.others[0])
    yield made
    for town in made.towns:
        town.close()


def at_odds(cloned: Cloned, one: dict[str, str], other: dict[str, str]) -> str:
    """A record that both copies have corrected, each in its own way."""
    uuid = every(cloned.one)[0].uuid
    correct(cloned.one, uuid, **one)
    correct(cloned.two, uuid, **other)
    meet(cloned, rounds=2)
    return uuid


def option(page: str, name: str, words: str) -> str:
    """The value of a choice by what stands beside it."""
    found = re.search(rf'<input type="radio" name="{name}" value="(\d+)"[^>]*> {re.escape(words)}</label>', page)
    assert found is not None, (name, words)
    return found[1]


def held(town: Town, uuid: str) -> tuple[int, str | None, str | None]:
    one = record_of(town, uuid)
    return one.generation, one.core.get("sex"), one.core.get("age")


def test_an_empty_list_says_so_and_a_record_without_a_fork_has_no_such_page(cloned: Cloned) -> None:
    reader = as_role(cloned.one, "reader")
    assert "No record has versions at odds" in main_of(reader.get("/forks"))
    assert reader.get(f"/forks/{every(cloned.one)[0].uuid}").status_code == 404


def test_changes_of_different_fields_are_joined_unless_somebody_chooses_otherwise(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"age": "4"})
    operator = as_role(cloned.one, "operator")
    assert "different fields were changed" in main_of(operator.get("/forks"))
    assert "has 2 versions at odds" in main_of(operator.get(f"/records/{uuid}"))
    page = operator.get(f"/forks/{uuid}").text
    assert "(at odds)" not in page
    answer = act(operator, f"/forks/{uuid}", **form_of(page) | {"reason": "Both saw well"})
    assert "has one version again" in main_of(answer)
    assert "a choice between versions" in main_of(answer)
    assert held(cloned.one, uuid) == (3, "F", "4")


def test_where_both_changed_one_field_it_says_so_in_words_and_a_person_chooses(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"sex": "M"})
    operator = as_role(cloned.one, "operator")
    assert "the same field says different things" in main_of(operator.get("/forks"))
    page = operator.get(f"/forks/{uuid}").text
    assert "(at odds)" in page
    for words in ("F · female", "M · male"):
        form = form_of(page) | {"core.sex": option(page, "core.sex", words), "reason": " "}
        again = act(operator, f"/forks/{uuid}", **form)
        assert again.status_code == 422
        assert 'id="reason-wrong"' in again.text
        assert form_of(again.text)["core.sex"] == form["core.sex"], "what was chosen stays chosen"
    act(operator, f"/forks/{uuid}", **form | {"reason": "Measured again"})
    assert held(cloned.one, uuid)[:2] == (3, "M")
    assert "Measured again" in main_of(operator.get(f"/records/{uuid}"))


def test_nobody_chooses_between_versions_that_were_not_all_on_the_page(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"sex": "M"})
    operator = as_role(cloned.one, "operator")
    form = form_of(operator.get(f"/forks/{uuid}").text) | {"reason": "x", "seen": "1 2"}
    answer = act(operator, f"/forks/{uuid}", **form)
    assert answer.status_code == 422
    assert "Another version has come meanwhile" in main_of(answer)
    assert len(sides(cloned.one, uuid)) == 2


def test_others_look_and_are_shown_the_way_to_propose(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"sex": "M"})
    operator = as_role(cloned.others[0], "operator")
    page = operator.get(f"/forks/{uuid}")
    assert "Only AM-KHG decides" in main_of(page)
    assert f'href="/records/{uuid}/propose"' in page.text
    assert 'type="radio"' not in page.text
    answer = act(operator, f"/forks/{uuid}", seen=form_of(page.text)["seen"], reason="x")
    assert answer.status_code == 422
    assert "Only the node that wrote a record may change it" in main_of(answer)


def test_a_reader_sees_both_sides_and_no_form(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"sex": "M"})
    reader = as_role(cloned.one, "reader")
    page = reader.get(f"/forks/{uuid}")
    assert "F · female" in main_of(page)
    assert "<button" not in page.text.partition("<main")[2]
    assert act(reader, f"/forks/{uuid}", reason="x").status_code == 403


def test_a_group_that_one_version_never_had_is_not_lost_by_itself(cloned: Cloned) -> None:
    """The other copy has the record by a peer that does not see names of people."""
    (uuid,) = write(cloned.one, banding("XC 000003", people={"ringer": "N. N."}, remarks={"text": "Wet"}))
    cloned.rounds(2, [cloned.one, cloned.two])
    correct(cloned.one, uuid, sex="F")
    correct(cloned.two, uuid, age="4")
    meet(cloned, rounds=2)
    operator = as_role(cloned.one, "operator")
    page = operator.get(f"/forks/{uuid}").text
    act(operator, f"/forks/{uuid}", **form_of(page) | {"reason": "Both"})
    now = record_of(cloned.one, uuid)
    assert held(cloned.one, uuid) == (3, "F", "4")
    assert now.groups["people"] == {"ringer": "N. N."}
    assert now.groups["remarks"]["text"] == "Wet"


def test_a_group_that_is_withheld_is_said_to_be_and_cannot_be_chosen(cloned: Cloned) -> None:
    """Names of people do not go to the peer by which the other copy's version comes."""
    uuid = every(cloned.one)[0].uuid
    for town, name in ((cloned.one, "N. N."), (cloned.two, "M. M.")):
        one = record_of(town, uuid)
        assert town.station.intake.correct(uuid, one.groups | {"people": {"ringer": name}}, by="x").is_kept
    meet(cloned, rounds=2)
    operator = as_role(cloned.one, "operator")
    page = operator.get(f"/forks/{uuid}")
    assert "not here" in main_of(page)
    assert "M. M." not in page.text
    act(operator, f"/forks/{uuid}", **form_of(page.text) | {"reason": "Ours"})
    now = record_of(cloned.one, uuid)
    assert (now.generation, now.groups["people"]) == (3, {"ringer": "N. N."})


def test_a_place_is_chosen_as_one_and_the_rounded_point_follows(cloned: Cloned) -> None:
    uuid = every(cloned.one)[0].uuid
    for town, point in ((cloned.one, (49.2, 130.1)), (cloned.two, (49.4, 130.3))):
        one = record_of(town, uuid)
        place = one.groups["place"] | {"latitude": point[0], "longitude": point[1]}
        groups = {"core": one.core, "place": place}
        verdict = town.station.intake.correct(uuid, groups, by="x")
        assert verdict.is_kept, verdict.findings
    meet(cloned, rounds=2)
    operator = as_role(cloned.one, "operator")
    page = operator.get(f"/forks/{uuid}").text
    wanted = option(page, "place.typed", "49.4, 130.3")
    act(operator, f"/forks/{uuid}", **form_of(page) | {"place.typed": wanted, "reason": "By the map"})
    now = record_of(cloned.one, uuid)
    assert (now.groups["place"]["latitude"], now.groups["place"]["longitude"]) == (49.4, 130.3)
    assert now.groups["area"] == {"latitude": 49.4, "longitude": 130.3}


def test_a_withdrawal_stands_unless_the_station_chooses_otherwise(cloned: Cloned) -> None:
    uuid = every(cloned.one)[0].uuid
    withdraw(cloned.two, uuid)
    # The bird was typed in once more, so that the record which is withdrawn would contradict this one.
    write(cloned.two, banding("XC 000001", day="2024-05-02"))
    correct(cloned.one, uuid, age="4")
    meet(cloned, rounds=2)
    operator = as_role(cloned.one, "operator")
    page = operator.get(f"/forks/{uuid}").text
    assert "One of the versions withdraws the record" in page
    act(operator, f"/forks/{uuid}", **form_of(page) | {"reason": "Typed twice"})
    now = record_of(cloned.one, uuid)
    assert (now.withdrawn, now.generation) == (True, 3)
    assert set(now.groups) == {"core", "remarks"}


def test_the_alarm_leads_to_the_list_and_is_settled_by_the_choice(cloned: Cloned) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"age": "4"})
    odds.look(cloned.one.node)
    operator = as_role(cloned.one, "operator")
    assert 'href="/forks"' in operator.get("/alarms").text
    act(operator, f"/forks/{uuid}", **form_of(operator.get(f"/forks/{uuid}").text) | {"reason": "Both"})
    assert [one for one in cloned.one.node.alarms.open() if one.kind == "fork"] == []


@pytest.mark.parametrize("path", ["/forks", "/forks/{uuid}"])
def test_the_pages_speak_three_languages(cloned: Cloned, path: str) -> None:
    uuid = at_odds(cloned, {"sex": "F"}, {"sex": "M"})
    reader = as_role(cloned.one, "operator")
    seen = set()
    for language in ("en", "zh", "ru"):
        act(reader, "/language", language=language)
        seen.add(main_of(reader.get(path.format(uuid=uuid))))
    assert len(seen) == 3
