"""A ring that somebody reports at one station and another put on: asked, answered, and nobody is named on the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from banding import telling
from banding.finder import reviews
from exchange.agreements import opening
from exchange.talk import finders, scrub, watch
from exchange.talk.couriers import Message, NotDelivered, Send
from tests.planted import ADDRESS, FINDER, MAIL, REMARK
from tests.together.kit import EVERYTHING, Network, Town, banding, befriend, on_disk, record_of, settle, snapshot, write
from tests.together.land import answers_at
from tests.web.finders import PERSON, TOLD, hidden, private, report, secret_of

PLANTED = (FINDER, ADDRESS, MAIL, REMARK)
MAILS = telling.Alarms(host="mail.example", sender="node@example.org")


@pytest.fixture
def finder(shuangpo: Town) -> FlaskClient:
    """Somebody with a telephone near the station that recovers."""
    return shuangpo.app.test_client()


def found(finder: FlaskClient, **more: str) -> str:
    """Report a ring; gives the private address."""
    return secret_of(report(finder, TOLD | PERSON | {"species": "Black-faced Bunting"} | more, remarks=REMARK))


def accept(town: Town) -> str:
    """A reviewer accepts the one report that waits; gives the record."""
    (find,) = town.station.store.finds.waiting(9)
    verdict = reviews.accept(town.station, find, by="a reviewer")
    assert verdict.is_kept, verdict.findings
    return str(verdict.id)


def forget(finder: FlaskClient, secret: str) -> None:
    token = hidden(finder.get("/ring").text)["csrf_token"]
    assert finder.post(f"/ring/{secret}/forget", data={"csrf_token": token}).status_code == 303


def test_the_private_page_shows_when_the_station_was_asked_and_what_it_answered(
    amur: Town, shuangpo: Town, between: Network, finder: FlaskClient
) -> None:
    write(amur, banding(place_code="RU83"))
    secret = found(finder)
    assert "a request goes on its way" in private(finder, secret)
    met = accept(shuangpo)
    assert "The question goes out with the next exchange." in private(finder, secret)
    here = record_of(shuangpo, met)
    assert "people" not in here.groups, "nobody agreed to stand in the record"
    settle(between)
    page = private(finder, secret)
    for told in ("Asked on", "AM-KHG put the ring on", "Black-faced Bunting", "2024-05-01 · Amur Oblast", "142"):
        assert told in page, page
    held = record_of(amur, met)
    assert "people" not in held.groups
    for planted in PLANTED:
        assert planted.encode() not in on_disk(amur), planted


def test_a_ring_that_its_station_does_not_know_is_answered_too(
    shuangpo: Town, between: Network, finder: FlaskClient
) -> None:
    secret = found(finder)
    met = accept(shuangpo)
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "not-known"}
    assert "by AM-KHG: this ring is not known there." in private(finder, secret)


def test_what_came_for_one_node_alone_is_not_told_to_the_public(
    amur: Town, between: Network, finder: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(amur, banding(place_code="RU83"))
    settle(between)
    terms = {"onward": "none"}
    monkeypatch.setattr(opening, "received", lambda _node, _peer: terms)
    secret = found(finder)
    page = private(finder, secret)
    assert "does not let us tell more" in page
    assert "Bunting" not in page
    terms["onward"] = "all"
    assert "Bunting" in private(finder, secret)


def test_before_a_person_has_looked_nothing_of_a_report_leaves(
    amur: Town, between: Network, finder: FlaskClient
) -> None:
    before = snapshot(amur)
    found(finder)
    settle(between)
    assert snapshot(amur) == before
    for planted in (*PLANTED, TOLD["words"]):
        assert planted.encode() not in on_disk(amur), planted


@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize("published", [False, True])
def test_a_finder_who_stood_in_the_record_is_forgotten_in_every_version_and_the_log_still_proves_itself(
    amur: Town, shuangpo: Town, finder: FlaskClient, published: bool, withdrawn: bool
) -> None:
    befriend(amur, shuangpo)
    between = Network().add(amur, shuangpo)
    write(amur, banding(place_code="RU83"))
    secret = found(finder, agreed="1")
    met = accept(shuangpo)
    if published:
        settle(between)
    if withdrawn:
        shuangpo.station.intake.withdraw(met, reason="Typed twice", by="a reviewer")
    assert FINDER.encode() in on_disk(shuangpo)
    forget(finder, secret)
    for planted in PLANTED:
        assert planted.encode() not in on_disk(shuangpo), planted
    settle(between)
    here, there = (record_of(town, met) for town in (shuangpo, amur))
    assert here.generation == there.generation == 2
    scrub.look(shuangpo.node, days=0)
    assert scrub.state(shuangpo.node).damaged == ()


def test_under_terms_that_name_people_the_next_version_names_nobody(
    amur: Town, shuangpo: Town, finder: FlaskClient
) -> None:
    befriend(amur, shuangpo, terms=EVERYTHING)
    between = Network().add(amur, shuangpo)
    write(amur, banding(place_code="RU83"))
    secret = found(finder, agreed="1")
    met = accept(shuangpo)
    settle(between)
    there = record_of(amur, met)
    assert there.groups["people"] == {"finder_name": FINDER}
    forget(finder, secret)
    settle(between)
    there = record_of(amur, met)
    assert there.groups.get("people", {}) == {}


# -- mails --------------------------------------------------------------------------------------------------------


class Post:
    """A mail server that keeps what it takes."""

    name, where = "mail", "mail.example"

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refuses: NotDelivered | None = None

    @contextmanager
    def open(self) -> Iterator[Send]:
        def send(message: Message) -> list[str]:
            if self.refuses is not None:
                raise self.refuses
            self.taken.append(message)
            return []

        yield send


@pytest.fixture
def mailing(shuangpo: Town) -> Callable[[Post], int]:
    """Send what is due at the station, which has a mail server."""
    station = replace(shuangpo.station, settings=replace(shuangpo.station.settings, alarms=MAILS))
    node = replace(shuangpo.node, station=station)
    return lambda post: finders.tell(node, post)


def test_the_finder_hears_once_that_it_was_accepted_and_once_what_was_answered(
    amur: Town, shuangpo: Town, between: Network, finder: FlaskClient, mailing: Callable[[Post], int]
) -> None:
    post = Post()
    write(amur, banding(place_code="RU83"))
    secret = found(finder, mail=MAIL)
    assert mailing(post) == 0
    accept(shuangpo)
    assert [mailing(post) for _ in range(2)] == [1, 0]
    settle(between)
    assert [mailing(post) for _ in range(2)] == [1, 0]
    first, second = post.taken
    assert (first.to, second.to) == ((MAIL,), (MAIL,))
    assert "is asked for its story" in first.text
    for told in ("Black-faced Bunting", "2024-05-01", "Amur Oblast", "142"):
        assert told in second.text
    for message in post.taken:
        assert secret not in message.text
        assert FINDER not in message.text


def test_a_server_that_is_down_is_tried_again_and_one_that_refuses_is_not(
    shuangpo: Town, finder: FlaskClient, mailing: Callable[[Post], int]
) -> None:
    post = Post()
    found(finder)
    (find,) = shuangpo.station.store.finds.waiting(9)
    reviews.refuse(shuangpo.station, find, by="a reviewer", reason="A toy")
    post.refuses = NotDelivered("The mail server cannot be reached")
    assert mailing(post) == 0
    shuangpo.station.store.notes.set(finders.NOTE, "")
    post.refuses = NotDelivered("No such address", stops=False)
    assert mailing(post) == 0
    post.refuses = None
    assert mailing(post) == 0
    held = shuangpo.station.store.finds.one(find.id)
    assert held is not None
    assert held.mailed == "failed"


def test_somebody_is_told_that_a_report_waits_and_no_mail_names_it(shuangpo: Town, finder: FlaskClient) -> None:
    found(finder)
    watch.look(shuangpo.node)
    (alarm,) = [one for one in shuangpo.node.alarms.open() if one.kind == "find"]
    assert alarm.details == {"count": 1}
    accept(shuangpo)
    watch.look(shuangpo.node)
    assert [one for one in shuangpo.node.alarms.open() if one.kind == "find"] == []
