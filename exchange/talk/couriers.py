"""Carries messages to people: as mail over SMTP, or as JSON to a webhook. Every step has its time limit."""

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from banding.errors import BandingError
from banding.telling import Alarms
from exchange.talk import reasons

LIMIT_SECONDS = 20
HERE = "[127.0.0.1]"
"""How a node names itself to a mail server: looking its own name up could take for ever without a line."""
WHY_LONGEST, GIVEN_UP = 200, 500  # an answer from 500 on would be the same the next time


@dataclass(frozen=True)
class Message:
    """What is told, in the node's language; `id` stays the same however often the sending is tried.

    `files` are names, media types and bytes that go with a mail.
    """

    id: str
    node: str
    kind: str
    level: str
    about: str
    title: str
    text: str
    first_at: str
    times: int
    to: tuple[str, ...] = ()
    files: tuple[tuple[str, str, bytes], ...] = ()


class NotDelivered(BandingError):
    """A message that did not get through; `stops` says that none would at this moment, `passes` that it may later."""

    def __init__(self, *args: Any, stops: bool = True, passes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stops, self.passes = stops, passes


Send = Callable[[Message], Sequence[str]]
"""Delivers one message and gives the addresses that did not get it. Raises NotDelivered when nobody did."""


class Courier(Protocol):
    """One way to a person."""

    name: str
    where: str

    def open(self) -> contextlib.AbstractContextManager[Send]:
        """Go there once for several messages. Raises NotDelivered."""


def couriers(settings: Alarms) -> list[Courier]:
    """The ways that are set up at this node."""
    found: list[Courier] = [Mail(settings)] if settings.mails else []
    return [*found, Hook(settings)] if settings.webhook else found


def partly(where: str) -> NotDelivered:
    """What is wrong when a message reached some of its addresses only."""
    return NotDelivered(
        "The mail server takes no mail for some of the addresses", where=where, stops=False,
        mend="Check BANDING_ALARM_TO",
    )  # fmt: skip


class Mail:
    """By SMTP, with the line encrypted unless the settings say none; certificates are checked."""

    name = "mail"

    def __init__(self, settings: Alarms) -> None:
        self.settings = settings
        self.where = f"{settings.host}:{settings.port}"

    @contextlib.contextmanager
    def open(self) -> Iterator[Send]:
        """One conversation with the server."""
        server = self._reached()
        try:
            self._secure(server)
            yield lambda message: self._send(server, message)
        finally:
            # What was accepted is accepted: a server that does not say good-bye takes nothing back.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _reached(self) -> smtplib.SMTP:
        host, port = self.settings.host, self.settings.port
        try:
            if self.settings.security == "tls":
                context = ssl.create_default_context()
                return smtplib.SMTP_SSL(host, port, HERE, timeout=LIMIT_SECONDS, context=context)
            return smtplib.SMTP(host, port, HERE, timeout=LIMIT_SECONDS)
        except ssl.SSLError as error:
            raise self._no_tls(error) from error
        except (OSError, ValueError) as error:
            raise self._no_line(error) from error

    def _secure(self, server: smtplib.SMTP) -> None:
        try:
            if self.settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
        except ssl.SSLError as error:
            raise self._no_tls(error) from error
        except smtplib.SMTPServerDisconnected as error:
            raise self._no_line(error) from error
        except smtplib.SMTPException as error:
            raise NotDelivered(
                "The mail server offers no encrypted line", where=self.where, why=_why(error),
                mend="Set BANDING_SMTP_SECURITY to tls, or to none for a server in the same house",
            ) from error  # fmt: skip
        except OSError as error:
            raise self._no_line(error) from error
        if self.settings.user:
            self._log_in(server)

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self.settings.user, self.settings.password)
        except smtplib.SMTPServerDisconnected as error:
            raise self._no_line(error) from error
        except (smtplib.SMTPException, ValueError) as error:
            raise NotDelivered(
                "The mail server does not accept the user and the password", where=self.where, why=_why(error),
                mend="Check BANDING_SMTP_USER and BANDING_SMTP_PASSWORD",
            ) from error  # fmt: skip
        except OSError as error:
            raise self._no_line(error) from error

    def _send(self, server: smtplib.SMTP, message: Message) -> Sequence[str]:
        to = message.to or self.settings.to
        try:
            return list(server.send_message(_mail(message, self.settings.sender, to), self.settings.sender, to))
        except smtplib.SMTPSenderRefused as error:
            raise NotDelivered(
                "The mail server takes no mail from this sender", where=self.where, why=_why(error),
                mend="Check BANDING_SMTP_FROM",
            ) from error  # fmt: skip
        except smtplib.SMTPRecipientsRefused as error:
            why = ", ".join({f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values()})
            raise NotDelivered(
                "The mail server takes no mail for these addresses", where=self.where, why=why[:WHY_LONGEST],
                mend="Check BANDING_ALARM_TO",
                # Those of one message say nothing of those of the next.
                stops=not message.to, passes=any(code < GIVEN_UP for code, _ in error.recipients.values()),
            ) from error  # fmt: skip
        except smtplib.SMTPServerDisconnected as error:
            raise self._no_line(error) from error
        except smtplib.SMTPException as error:
            raise NotDelivered(
                "The mail server refused the message", where=self.where, why=_why(error),
                mend="It is tried again by itself", stops=False,
                passes=isinstance(error, smtplib.SMTPResponseException) and error.smtp_code < GIVEN_UP,
            ) from error  # fmt: skip
        except OSError as error:
            raise self._no_line(error) from error

    def _no_line(self, error: Exception) -> NotDelivered:
        return NotDelivered(
            "The mail server cannot be reached", where=self.where, why=_why(error),
            mend="Check BANDING_SMTP_HOST, BANDING_SMTP_PORT and the line. It is tried again by itself",
        )  # fmt: skip

    def _no_tls(self, error: ssl.SSLError) -> NotDelivered:
        return NotDelivered(
            "The encrypted line to the mail server did not come about", where=self.where, why=_why(error),
            mend="Check its certificate, BANDING_SMTP_PORT and BANDING_SMTP_SECURITY",
        )  # fmt: skip


class Hook:
    """By one POST of JSON to an address; any answer of 200 to 299 counts as taken."""

    name = "webhook"

    def __init__(self, settings: Alarms) -> None:
        self.settings = settings
        parts = urlsplit(settings.webhook)
        # Of the address only the server is ever shown: the rest is often a secret.
        self.where = parts.hostname or ""

    @contextlib.contextmanager
    def open(self) -> Iterator[Send]:
        """One session."""
        with requests.Session() as session:
            yield lambda message: self._send(session, message)

    def _send(self, session: requests.Session, message: Message) -> Sequence[str]:
        said: dict[str, Any] = {
            "id": message.id, "node": message.node, "kind": message.kind, "level": message.level,
            "about": message.about, "text": message.title, "first_at": message.first_at, "times": message.times,
        }  # fmt: skip
        try:
            with session.post(
                self.settings.webhook, json=said, timeout=LIMIT_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            # Only the kind of fault is told: the text of the error repeats the whole address.
            raise NotDelivered(
                "The webhook cannot be reached", where=self.where, why=reasons.why_not(error),
                mend="Check BANDING_ALARM_WEBHOOK and the line. It is tried again by itself",
            ) from None  # fmt: skip
        if not 200 <= status < 300:
            raise NotDelivered(
                "The webhook did not take the message", where=self.where, why=f"HTTP {status}",
                mend="Check BANDING_ALARM_WEBHOOK. It is tried again by itself", stops=status >= 500 or status == 429,
            )  # fmt: skip
        return []


def _mail(message: Message, sender: str, to: Sequence[str]) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    # One line: a line break would begin a header of whoever wrote it.
    mail["Subject"] = " ".join(f"{message.node}: {message.title}".split())
    mail["Date"], mail["Message-ID"] = formatdate(), f"<{message.id}@{message.node.lower()}.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    # Lines of any length and letters of any script pass every server in this shape.
    mail.set_content(f"{message.title}\n\n{message.text}\n\n{message.node}\n", cte="base64")
    for name, media, body in message.files:
        main, _, sub = media.partition("/")
        mail.add_attachment(body, maintype=main, subtype=sub, filename=name)
    return mail


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:WHY_LONGEST]
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)[:WHY_LONGEST]
    return (str(error) or type(error).__name__)[:WHY_LONGEST]
