"""When and how a person is told that one is needed: the settings of mails and of a webhook, checked in words."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from banding.errors import SettingsTrouble
from banding.spoken import filled

ADDRESS = re.compile(r"[!-~]+@[!-~]+")
PORTS = {"none": 25, "starttls": 587, "tls": 465}
MOST_HOURS = 10_000
# The name in node.json -> the environment variable.
NAMES = {
    "hours": "BANDING_ALARM_HOURS", "to": "BANDING_ALARM_TO", "webhook": "BANDING_ALARM_WEBHOOK",
    "host": "BANDING_SMTP_HOST", "port": "BANDING_SMTP_PORT", "user": "BANDING_SMTP_USER",
    "password": "BANDING_SMTP_PASSWORD", "sender": "BANDING_SMTP_FROM", "security": "BANDING_SMTP_SECURITY",
}  # fmt: skip


@dataclass(frozen=True)
class Alarms:
    """How long a peer may fail in hours, and who is told: by mail, by a webhook, or on the pages alone.

    `security` is none, starttls or tls.
    """

    hours: int = 24
    to: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    host: str = ""
    port: int = PORTS["starttls"]
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    security: str = "starttls"

    @property
    def mails(self) -> bool:
        """Whether somebody is told by mail."""
        return bool(self.host and self.to)


def read(environment: Mapping[str, str], said: Mapping[str, Any]) -> Alarms:
    """From the environment first, then from the part of `node.json`. Raises SettingsTrouble."""
    told: dict[str, Any] = {name: environment.get(NAMES[name]) or said.get(name) or "" for name in NAMES}
    security = str(told["security"] or "starttls")
    if security not in PORTS:
        raise SettingsTrouble(
            filled("%(text)r is no kind of line", text=security), where=NAMES["security"],
            mend="Use none, starttls or tls",
        )  # fmt: skip
    to = addresses(NAMES["to"], told["to"])
    sender = addresses(NAMES["sender"], told["sender"] or (told["user"] if "@" in told["user"] else to[:1]))
    if told["password"] and security == "none" and not _is_here(told["host"]):
        raise SettingsTrouble(
            "The password would cross the line where everybody can read it", where=NAMES["security"],
            mend="Set BANDING_SMTP_SECURITY to starttls or tls",
        )  # fmt: skip
    return Alarms(
        hours=_number(NAMES["hours"], told["hours"] or 24, MOST_HOURS), to=to, webhook=_webhook(told["webhook"]),
        host=str(told["host"]).strip(), port=_number(NAMES["port"], told["port"] or PORTS[security], 65535),
        user=str(told["user"]), password=str(told["password"]), sender=sender[0] if sender else "", security=security,
    )  # fmt: skip


def addresses(name: str, text: Any) -> tuple[str, ...]:
    """Mail addresses with commas between them. Raises SettingsTrouble that names `name`."""
    parts = text.split(",") if isinstance(text, str) else text
    found = tuple(str(part).strip() for part in parts if str(part).strip())
    for one in found:
        if not ADDRESS.fullmatch(one) or one.count("@") != 1 or set('<>,;:"()') & set(one):
            raise SettingsTrouble(
                "This is no mail address", where=name, why=filled("It says %(text)r", text=one),
                mend="Write it like name@example.org, with no name before",
            )  # fmt: skip
    return found


def _webhook(text: Any) -> str:
    address = str(text).strip()
    if not address or _is_web(address):
        return address
    # The address itself is not repeated: such addresses often hold a secret.
    raise SettingsTrouble(
        "The webhook is no web address", where=NAMES["webhook"], mend="Write it like https://example.org/hook"
    )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _number(name: str, text: object, most: int) -> int:
    number = int(str(text)) if str(text).isdecimal() and len(str(text)) < 10 else 0
    if not 0 < number <= most:
        raise SettingsTrouble(filled("%(text)r is no number between 1 and %(most)s", text=text, most=most), where=name)
    return number
