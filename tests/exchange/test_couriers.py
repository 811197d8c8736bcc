"""Couriers against real servers on real ports: what arrives, what is refused, and that each reason is told in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from banding.telling import Alarms
from exchange.talk import couriers
from exchange.talk.couriers import Hook, Mail, Message, NotDelivered
from tests.exchange.postbox import PASSWORD, USER, Box, certificate, mail_server, web_server
from tests.ports import free_port

MESSAGE = Message(
    id="0123456789abcdef", node="HL-SHP", kind="silence", level="look", about="AM-KHG",
    title="AM-KHG has sent nothing new for 9 days", text="Ask the station whether it is well.",
    first_at="2025-06-01T03:00:00+00:00", times=1,
)  # fmt: skip


@pytest.fixture
def box() -> Iterator[Box]:
    """A mail server that takes everything, in the clear."""
    with mail_server(Box(free_port())) as found:
        yield found


def settings(port: int, **more: object) -> Alarms:
    plain = Alarms(host="127.0.0.1", port=port, to=("chief@shp.test", "it@shp.test"), sender="node@shp.test")
    return replace(plain, **{"security": "none"} | more)  # type: ignore[arg-type]


def send(found: Alarms, message: Message = MESSAGE) -> list[str]:
    with Mail(found).open() as carry:
        return list(carry(message))


def refused(found: Alarms) -> str:
    with pytest.raises(NotDelivered) as trouble:
        send(found)
    return str(trouble.value)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def test_a_mail_arrives_with_its_words_and_for_everybody(box: Box) -> None:
    assert send(settings(box.port)) == []
    (mail,), (to,) = box.mails, box.to
    assert to == ["chief@shp.test", "it@shp.test"]
    assert mail["Subject"] == "HL-SHP: AM-KHG has sent nothing new for 9 days"
    assert "Ask the station" in text_of(mail)
    assert (mail["From"], mail["Message-ID"]) == ("node@shp.test", "<0123456789abcdef@hl-shp.invalid>")
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "title",
    ["AM-KHG 已有 9 天没有发来新内容" * 4, "AM-KHG: ничего нового уже 9 дней, а ожидалось не реже раза в 3 дня" * 3],
)
def test_subjects_in_chinese_and_russian_can_be_read(box: Box, title: str) -> None:
    send(settings(box.port), replace(MESSAGE, title=title, text=title))
    (mail,) = box.mails
    assert mail["Subject"] == f"HL-SHP: {title}"
    assert text_of(mail).count(title) == 2


@pytest.mark.parametrize(
    "title", ["x\r\nBcc: thief@evil.test", "x\nSubject: y", "x\r\n\r\nbody", "x\u2028Bcc: y@z.test"]
)
def test_nothing_in_a_title_becomes_a_header(box: Box, title: str) -> None:
    send(settings(box.port), replace(MESSAGE, title=title))
    (mail,) = box.mails
    assert (mail["Bcc"], len(mail.get_all("Subject"))) == (None, 1)
    assert box.to == [["chief@shp.test", "it@shp.test"]]


def test_several_messages_go_in_one_conversation_and_a_refused_one_does_not_stop_the_next(box: Box) -> None:
    with Mail(settings(box.port)).open() as carry:
        carry(MESSAGE)
        box.answer = "554 not this one"
        with pytest.raises(NotDelivered, match="554 not this one") as trouble:
            carry(MESSAGE)
        assert not trouble.value.stops
        box.answer = "250 taken"
        carry(MESSAGE)
    assert len(box.mails) == 2


def test_an_address_that_is_refused_is_named_and_the_others_get_the_mail(box: Box) -> None:
    box.refuses = {"it@shp.test"}
    assert send(settings(box.port)) == ["it@shp.test"]
    assert box.to == [["chief@shp.test"]]
    box.refuses = {"it@shp.test", "chief@shp.test"}
    assert "takes no mail for these addresses" in refused(settings(box.port))


def test_a_server_that_is_down_is_told_in_words() -> None:
    told = refused(settings(free_port()))
    assert told.startswith("The mail server cannot be reached (127.0.0.1:")
    assert "refused" in told


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".test"])
def test_a_host_that_cannot_be_is_told_in_words(host: str) -> None:
    assert "cannot be reached" in refused(settings(25, host=host))


def test_a_silent_server_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(couriers, "LIMIT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "cannot be reached" in refused(settings(silent.getsockname()[1]))


# -- encrypted ---------------------------------------------------------------------------------------------


def test_an_encrypted_line_with_the_right_password_carries_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with mail_server(Box(free_port()), context) as box:
        send(settings(box.port, security="starttls", user=USER, password=PASSWORD))
        assert len(box.mails) == 1
    with mail_server(Box(free_port()), context, at_once=True) as box:
        send(settings(box.port, security="tls"))
        assert len(box.mails) == 1


@pytest.mark.parametrize("password", ["wrong one", "неверный", ""])
def test_a_wrong_password_is_told_in_words_and_never_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    path, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with mail_server(Box(free_port()), context) as box:
        told = refused(settings(box.port, security="starttls", user=USER, password=password))
    assert "does not accept the user and the password" in told
    assert not password or password not in told
    assert box.mails == []


def test_a_certificate_that_nobody_trusts_is_not_trusted(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    with mail_server(Box(free_port()), context) as box:
        told = refused(settings(box.port, security="starttls", user=USER, password=PASSWORD))
    assert "encrypted line to the mail server did not come about" in told
    assert "certificate" in told


def test_a_server_without_encryption_gets_neither_password_nor_mail(box: Box) -> None:
    told = refused(settings(box.port, security="starttls", user=USER, password=PASSWORD))
    assert "offers no encrypted line" in told
    assert "did not come about" in refused(settings(box.port, security="tls"))
    assert box.mails == []


# -- webhook -----------------------------------------------------------------------------------------------


def test_a_webhook_gets_the_alarm_as_json() -> None:
    with web_server() as hooked:
        with Hook(Alarms(webhook=hooked.url)).open() as carry:
            carry(MESSAGE)
        assert hooked.said == [
            {
                "id": "0123456789abcdef", "node": "HL-SHP", "kind": "silence", "level": "look", "about": "AM-KHG",
                "text": MESSAGE.title, "first_at": MESSAGE.first_at, "times": 1,
            }
        ]  # fmt: skip


@pytest.mark.parametrize(("code", "stops"), [(400, False), (404, False), (302, False), (429, True), (503, True)])
def test_a_webhook_that_does_not_take_it_is_told_without_its_secret(code: int, stops: bool) -> None:
    with web_server() as hooked:
        hooked.answers = [code]
        with Hook(Alarms(webhook=hooked.url)).open() as carry, pytest.raises(NotDelivered, match=str(code)) as trouble:
            carry(MESSAGE)
        assert (trouble.value.stops, hooked.said) == (stops, [])
        assert "secret" not in str(trouble.value)


def test_a_webhook_that_is_down_is_told_without_its_secret() -> None:
    hook = Hook(Alarms(webhook=f"http://127.0.0.1:{free_port()}/hook/secret-of-the-hook"))
    with hook.open() as carry, pytest.raises(NotDelivered) as trouble:
        carry(MESSAGE)
    assert "cannot be reached (127.0.0.1)" in str(trouble.value)
    assert not re.search("secret|hook/", str(trouble.value).removeprefix("The webhook"))


def test_only_the_ways_that_are_set_up_are_gone() -> None:
    assert couriers.couriers(Alarms()) == []
    assert [c.name for c in couriers.couriers(settings(25, webhook="http://x.test/"))] == ["mail", "webhook"]
    assert [c.name for c in couriers.couriers(Alarms(host="mail.test"))] == []
