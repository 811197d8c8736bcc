"""Scheduled reports by mail, against a real mail server: once each, with the file, whatever the line does."""

import contextlib
import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from banding.store.scheduled import Run, Scheduled
from exchange.talk import reports, watch
from exchange.talk.couriers import Message, NotDelivered, Send
from exchange.talk.delivery import Delivery
from tests.exchange.postbox import Box, mail_server, with_mail
from tests.ports import free_port
from tests.together.kit import NOW, Town, make_node

TO = "ornithologist@example.org"


@pytest.fixture
def box() -> Box:
    return Box(free_port())


@pytest.fixture
def town(tmp_path: Path, box: Box) -> Iterator[Town]:
    """A node with a mail server and one report that goes there."""
    found = with_mail(make_node(tmp_path, "AM-KHG"), box)
    found.station.store.scheduled.add(Scheduled("Storks", {}, "csv", "week", (TO,), language="ru"))
    yield found
    found.close()


def the_run(town: Town) -> Run:
    (run,) = town.station.store.scheduled.runs(1, 5)
    return run


def test_a_report_is_made_and_mailed_once_with_its_file(town: Town, box: Box) -> None:
    with mail_server(box):
        reports.look(town.node)
        reports.look(town.node)
    (mail,) = box.mails
    assert box.to == [[TO]]
    assert "Storks" in mail["Subject"]
    (attached,) = mail.iter_attachments()
    run = the_run(town)
    assert attached.get_filename() == run.file
    assert attached.get_content().startswith("banding_id,recovery_id")
    assert run.sent == town.node.at()


def test_a_line_that_is_down_keeps_the_file_and_mails_it_later(town: Town, box: Box) -> None:
    reports.look(town.node)
    run = the_run(town)
    assert run.file
    assert "cannot be reached" in run.trouble
    assert reports.to_mail(town.node) == []
    town.station.store.notes.set(reports.NOTE, "0")
    with mail_server(box):
        reports.look(town.node)
    assert (len(box.mails), the_run(town).trouble, the_run(town).tries) == (1, "", 1)


def test_an_address_that_is_refused_is_not_tried_without_end(town: Town, box: Box) -> None:
    box.refuses.add(TO)
    with mail_server(box):
        reports.look(town.node)
        town.station.store.notes.set(reports.NOTE, "0")
        reports.look(town.node)
    assert box.mails == []
    assert "takes no mail for these addresses" in the_run(town).trouble


def test_a_person_is_told_which_of_several_addresses_gets_no_mail(town: Town, box: Box) -> None:
    other = "nobody@example.org"
    town.station.store.scheduled.add(Scheduled("Cranes", {}, "csv", "week", (TO, other)))
    box.refuses.add(other)
    with mail_server(box):
        reports.look(town.node)
    (run,) = town.station.store.scheduled.runs(2, 5)
    assert run.sent == town.node.at()
    assert other in run.trouble
    assert TO not in run.trouble
    assert reports.to_mail(town.node) == []


def test_a_file_too_large_for_a_mail_is_told_by_its_name(town: Town, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LARGEST", 10)
    with mail_server(box):
        reports.look(town.node)
    (mail,) = box.mails
    assert not list(mail.iter_attachments())
    body = mail.get_body()
    assert body is not None
    assert the_run(town).file in body.get_content()


def test_a_person_is_told_of_a_failure_until_it_has_mended_itself(town: Town, box: Box) -> None:
    reports.look(town.node)
    watch.look(town.node)
    (alarm,) = [one for one in town.node.alarms.open() if one.kind == "report"]
    assert alarm.about == "1"
    town.station.store.notes.set(reports.NOTE, "0")
    with mail_server(box):
        reports.look(town.node)
    watch.look(town.node)
    assert [one for one in town.node.alarms.open() if one.kind == "report"] == []


def test_the_couriers_make_and_carry_what_is_due(town: Town, box: Box) -> None:
    with mail_server(box):
        Delivery(town.node, lambda: []).round()
    assert len(box.mails) == 1
    assert not reports.is_due(town.node)


def test_the_mail_of_one_period_has_one_number(town: Town) -> None:
    one = town.station.store.scheduled.one(1)
    assert one is not None
    run = Run(1, "2025-W22", at=NOW.isoformat(), file="report-1-2025-W22.csv")
    later = dataclasses.replace(run, at=(NOW + datetime.timedelta(days=1)).isoformat())
    assert reports.message(town.node, one, run).id == reports.message(town.node, one, later).id


class Broken:
    """A line that refuses one mail, takes the next, and then goes down."""

    def __init__(self) -> None:
        self.took: list[str] = []

    @contextlib.contextmanager
    def open(self) -> Iterator[Send]:
        turns = iter((NotDelivered("Nobody there", stops=False), None, NotDelivered("The line is down")))

        def send(message: Message) -> Sequence[str]:
            if trouble := next(turns):
                raise trouble
            self.took.append(message.title)
            return ()

        yield send


def test_a_line_that_goes_down_behind_a_refused_mail_makes_none_go_twice(town: Town) -> None:
    for title in ("Cranes", "Geese"):
        town.station.store.scheduled.add(Scheduled(title, {}, "csv", "week", (TO,)))
    line = Broken()
    reports.look(town.node, courier=line)
    assert len(line.took) == 1
    sent = [run.sent for number in (3, 2, 1) for run in town.station.store.scheduled.runs(number, 5)]
    assert sent == ["-", town.node.at(), ""]
