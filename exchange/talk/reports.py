"""Makes scheduled reports when their period has begun, and mails them where that was asked; in the couriers' thread."""

import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import replace

from banding import scheduled
from banding.formats.registry import formats
from banding.reports.about import Terms
from banding.store.scheduled import Run, Scheduled
from banding.web.asking_returns import asked_returns
from exchange.agreements.under import under
from exchange.node import ExchangeNode
from exchange.talk import alarms, words
from exchange.talk.couriers import Courier, Mail, Message, NotDelivered, partly
from exchange.talk.words import N_

NOTE = "exchange.reports"
PATIENCE = 900.0
"""Seconds until a mail server that cannot be reached is tried again."""
LARGEST = 15_000_000
"""Bytes of a file that a mail carries; of a larger one it tells the name."""
TITLE = N_("Scheduled report: %(title)s, %(period)s")
TEXT = N_("Returns: %(count)s. File: %(file)s, SHA-256 %(sha256)s.")
TOO_LARGE = N_("The file is too large for a mail; it lies in the folder of reports at the node.")


def is_due(node: ExchangeNode) -> bool:
    """Whether there is anything to make or to mail."""
    return bool(scheduled.due(node.station) or to_mail(node))


def look(node: ExchangeNode, goes_on: Callable[[], bool] = lambda: True, courier: Courier | None = None) -> None:
    """Make what is due, then mail what was made; a line that is down is tried again later."""

    def agreed(origins: Iterable[str]) -> list[Terms]:
        return [Terms(*one) for one in under(node, origins)]

    for one in scheduled.due(node.station):
        if not goes_on():
            return
        scheduled.make(node.station, one, asked_returns, agreed)
    tell(node, goes_on, courier)


def to_mail(node: ExchangeNode) -> list[tuple[Scheduled, Run]]:
    """Files of this period that were made and not mailed; none where no mail server is set up or while it waits."""
    settings, store = node.station.settings.alarms, node.store
    steady, until = node.steady.now, float(store.notes.get(NOTE) or 0)
    if not (settings.host and settings.sender) or steady < until <= steady + PATIENCE:
        return []
    today, found = node.station.intake.today(), []
    for one in store.scheduled.every():
        run = store.scheduled.run(one.id, scheduled.period(one.every, today))
        if one.mail and not one.paused and run is not None and run.file and not run.sent:
            found.append((one, run))
    return found


def tell(node: ExchangeNode, goes_on: Callable[[], bool] = lambda: True, courier: Courier | None = None) -> int:
    """Mail each file once; gives how many went."""
    waiting, sent = to_mail(node), 0
    if not waiting:
        return 0
    try:
        with (courier or Mail(node.station.settings.alarms)).open() as send:
            for one, run in list(waiting):
                if not goes_on():
                    break
                try:
                    left = send(message(node, one, run))
                    run = replace(run, sent=node.at(), trouble=scheduled.kept(partly(", ".join(left))) if left else "")
                except NotDelivered as trouble:
                    if trouble.stops:
                        raise
                    # Where the server itself has said no for good, it is tried once more with the next period.
                    run = replace(run, sent="" if trouble.passes else "-", trouble=scheduled.kept(trouble))
                    if trouble.passes:
                        _wait(node)
                # At once and for each: what was told must not be told again after a power cut.
                node.store.scheduled.note(run)
                waiting.pop(0)
                sent += run.sent not in {"", "-"}
    except NotDelivered as trouble:
        _wait(node)
        for _, run in waiting:
            node.store.scheduled.note(replace(run, trouble=scheduled.kept(trouble)))
    return sent


def _wait(node: ExchangeNode) -> None:
    """Let some time go before the mail server is asked again."""
    node.store.notes.set(NOTE, str(node.steady.now + PATIENCE))


def message(node: ExchangeNode, one: Scheduled, run: Run) -> Message:
    """The mail with its file, in the language of the report; tried twice it keeps its number."""
    path = node.station.settings.reports_folder / run.file
    values = {"title": one.title, "period": run.period, "count": run.rows, "file": run.file, "sha256": run.sha256}
    fits = path.is_file() and path.stat().st_size <= LARGEST
    parts = [TEXT] if fits else [TEXT, TOO_LARGE]
    key = hashlib.sha256(f"{node.code} report {one.id} {run.period}".encode()).hexdigest()[:32]
    media = formats()[one.format].media.partition(";")[0] or mimetypes.guess_type(run.file)[0] or ""
    return Message(
        id=key, node=node.code, kind="report", level=alarms.NEWS, about="",
        title=words.said(TITLE, one.language) % values, first_at=run.at, times=1, to=tuple(one.mail),
        text="\n\n".join(words.said(part, one.language) % values for part in parts),
        files=((run.file, media, path.read_bytes()),) if fits else (),
    )  # fmt: skip
