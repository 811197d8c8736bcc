"""Who is told of alarms: read from the environment and the file, and refused in words."""

import json
from pathlib import Path

import pytest

from banding import settings, telling
from banding.errors import SettingsTrouble

MAIL = {"BANDING_SMTP_HOST": "mail.test", "BANDING_ALARM_TO": "chief@shp.test, it@shp.test"}


def test_nobody_is_told_unless_somebody_is_named() -> None:
    found = telling.read({}, {})
    assert (found.mails, found.webhook, found.hours) == (False, "", 24)
    assert not telling.read({"BANDING_SMTP_HOST": "mail.test"}, {}).mails


def test_the_port_and_the_sender_follow_from_the_rest() -> None:
    assert [telling.read(MAIL | {"BANDING_SMTP_SECURITY": kind}, {}).port for kind in ("none", "starttls", "tls")] == [
        25, 587, 465,
    ]  # fmt: skip
    assert telling.read(MAIL, {}).sender == "chief@shp.test"
    assert telling.read(MAIL | {"BANDING_SMTP_USER": "node@shp.test"}, {}).sender == "node@shp.test"
    assert telling.read(MAIL | {"BANDING_SMTP_USER": "node"}, {}).sender == "chief@shp.test"


def test_the_environment_goes_before_the_file() -> None:
    said = {"hours": 48, "to": ["a@b.test"], "host": "other.test"}
    assert telling.read({}, said).to == ("a@b.test",)
    assert telling.read(MAIL, said).to == ("chief@shp.test", "it@shp.test")
    assert telling.read(MAIL, said).hours == 48


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BANDING_ALARM_HOURS", "soon"),
        ("BANDING_ALARM_HOURS", "0"),
        ("BANDING_ALARM_TO", "chief"),
        ("BANDING_ALARM_TO", "a@b.test\nBcc: c@d.test"),
        ("BANDING_ALARM_TO", "Chief <a@b.test>"),
        ("BANDING_SMTP_FROM", "a b@c.test"),
        ("BANDING_SMTP_PORT", "99999"),
        ("BANDING_SMTP_SECURITY", "maybe"),
        ("BANDING_ALARM_WEBHOOK", "ftp://hook.test/secret"),
        ("BANDING_ALARM_WEBHOOK", "http:///secret"),
        ("BANDING_ALARM_WEBHOOK", "http://[::1/secret"),
    ],
)
def test_what_cannot_be_used_is_named_without_the_secret_in_it(variable: str, value: str) -> None:
    with pytest.raises(SettingsTrouble) as trouble:
        telling.read(MAIL | {variable: value}, {})
    assert trouble.value.where == variable
    assert "secret" not in str(trouble.value)


def test_a_password_does_not_cross_an_open_line() -> None:
    open_line = MAIL | {"BANDING_SMTP_USER": "node", "BANDING_SMTP_PASSWORD": "pw", "BANDING_SMTP_SECURITY": "none"}
    with pytest.raises(SettingsTrouble, match="everybody can read"):
        telling.read(open_line, {})
    for here in ("localhost", "127.0.0.1", "::1"):
        assert telling.read(open_line | {"BANDING_SMTP_HOST": here}, {}).password == "pw"


def test_what_is_saved_is_read_back_without_the_password(tmp_path: Path) -> None:
    more = {"BANDING_SMTP_USER": "node", "BANDING_SMTP_PASSWORD": "not to be written", "BANDING_ALARM_HOURS": "7"}
    first = settings.load({"BANDING_HOME": str(tmp_path), "BANDING_STATION": "AM-KHG"} | MAIL | more)
    settings.save(first)
    assert "not to be written" not in (tmp_path / "node.json").read_text(encoding="utf-8") + repr(first)
    found = settings.load({"BANDING_HOME": str(tmp_path)}).alarms
    assert (found.to, found.hours, found.password) == (("chief@shp.test", "it@shp.test"), 7, "")
    assert json.loads((tmp_path / "node.json").read_text(encoding="utf-8"))["alarms"]["host"] == "mail.test"
