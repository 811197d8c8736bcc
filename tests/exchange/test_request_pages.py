"""The page of requests and the way of a record: what they say to a person, in three languages."""

import datetime

import pytest

from exchange.agreements import policy
from tests.exchange.forms import RING, Pair, act, as_role
from tests.together.kit import NOW, Town, banding, befriend, pull, recovery, settle, write
from tests.web.conftest import words

pytestmark = pytest.mark.usefixtures("staffed")
NONE = policy.STANDARD | {"bandings": "none"}


def page(town: Town, path: str = "/requests") -> str:
    return words(as_role(town, "reader").get(path).text.partition("<main")[2])


def test_an_empty_page_says_that_nothing_is_asked_for(pair: Pair) -> None:
    shown = page(pair[1])
    assert "No request is open" in shown
    assert "No banding has come from another node yet" in shown


def test_a_request_is_shown_with_its_age_its_way_and_its_answer_until_the_banding_is_here(pair: Pair) -> None:
    khg, shp, network = pair
    write(shp, recovery(RING))
    shown = page(shp)
    assert f"RUM {RING}" in shown
    assert "it goes out with the next sync" in shown
    assert "none yet" in shown
    shp.node.publisher.publish()
    assert "entry 1 of our log no peer has fetched it yet" in page(shp)
    settle(network)
    shp.station.intake.clock = lambda: NOW + datetime.timedelta(days=9, hours=5)
    shown = page(shp)
    assert "9 d" in shown
    assert "sent to AM-KHG on 2025-06-01" in shown
    assert "AM-KHG: not known here" in shown
    write(khg, banding(RING))
    settle(network)
    shown = page(shp)
    assert "No request is open" in shown
    assert "2024-05-01 · AM-KHG" in shown
    assert "after 9 d" in shown


def test_what_is_known_and_not_opened_is_said_in_words(pair: Pair) -> None:
    khg, shp, network = pair
    befriend(khg, shp, terms=NONE)
    write(khg, banding(RING))
    write(shp, recovery(RING))
    settle(network)
    assert "AM-KHG: known; not opened under the agreement" in page(shp)


@pytest.mark.parametrize("after", ["-1", "x", "1" * 40, "²"])
def test_a_page_that_there_cannot_be_is_refused_in_words(pair: Pair, after: str) -> None:
    answer = as_role(pair[1], "reader").get(f"/requests?after={after}")
    assert answer.status_code == 422
    assert "no such page" in answer.text


def test_a_long_list_goes_on(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.pages.returns.PAGE", 2)
    _, shp, _ = pair
    write(shp, *(recovery(f"XC 34561{figure}") for figure in range(3)))
    reader = as_role(shp, "reader")
    first = reader.get("/requests").text
    assert "Further requests" in first
    assert "XC 345612" not in first
    rest = reader.get(first.partition('href="/requests?')[2].partition('"')[0].join(["/requests?", ""])).text
    assert "XC 345612" in rest
    assert "XC 345611" not in rest


def test_a_return_is_told_on_the_first_page_at_both_ends_with_the_way_to_the_bird(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding(RING))
    write(shp, recovery(RING))
    settle(network)
    front = as_role(shp, "reader").get("/").text
    assert f"The ring RUM {RING} that you met was put on at Khingansky Zapovednik (AM-KHG)" in words(front)
    assert 'href="/birds/RUM/XC%20345612"' in front


def test_a_record_tells_its_way(pair: Pair) -> None:
    khg, shp, network = pair
    (banded,) = write(khg, banding(RING, people={"ringer": "N. N."}))
    (met,) = write(shp, recovery(RING))
    assert "it goes out with the next sync" in page(shp, f"/records/{met}")
    settle(network)
    theirs, ours = page(shp, f"/records/{banded}"), page(shp, f"/records/{met}")
    assert "Written at AM-KHG." in theirs
    assert f"{khg.node.publisher.log} , number 1." in theirs
    assert "by AM-KHG, verified 2025-06-01 11:00:00" in theirs
    assert "Withheld by its origin" in theirs
    assert "Sent to: AM-KHG, since 2025-06-01" in ours
    assert "verified" not in ours


@pytest.mark.parametrize("path", ["/requests", "/set-aside"])
def test_the_pages_speak_three_languages_also_when_they_are_full(pair: Pair, path: str) -> None:
    khg, shp, network = pair
    write(shp, recovery(RING), recovery("XC 345613"))
    khg.node.publisher.schema = "2.0"
    write(khg, banding("XC 345613"))
    pull(shp, khg, network)
    reader = as_role(shp, "operator")
    seen = set()
    for language in ("en", "zh", "ru"):
        act(reader, "/language", language=language)
        seen.add(words(reader.get(path).text.partition("<main")[2]))
    assert len(seen) == 3
