"""Mails who reported a ring and wished it when there is news of the report, never before a person has looked at it."""

import hashlib
import logging
from collections.abc import Callable

from banding.finder import forgetting, reviews, stories
from banding.finder.stories import Story
from banding.store.finds import REFUSED, Find
from exchange.agreements import public
from exchange.node import ExchangeNode
from exchange.talk import alarms, returns, words
from exchange.talk.couriers import Courier, Mail, Message, NotDelivered
from exchange.talk.words import N_, Words

log = logging.getLogger(__name__)
NOTE = "exchange.finders"
PATIENCE = 900.0
"""Seconds until a mail server that cannot be reached is tried again."""
MOST = 50
TITLE = N_("News of the ring %(ring)s that you reported")
NEWS = {
    "refused": N_("Your report of %(day)s was not taken into the records. The station says: %(reason)s"),
    "accepted": N_("Your report of %(day)s was accepted. The station that put the ring on is asked for its story."),
    "not-known": N_("%(node)s was asked and does not know this ring."),
    "not-reported": N_("%(node)s gave this ring out, but its bander has not reported it yet. It will be asked again."),
    "matched": N_("%(node)s knows this bird. What may be told of it is on its way."),
    "answered": N_("Species: %(species)s. Ringed: %(banded)s. Region: %(region)s. Scheme: %(scheme)s."),
    "answered withheld": N_("The bird is known. The agreement under which we know of it does not let us tell more."),
}
DAYS, FAR = N_("Days since then: %(days)s."), N_("Distance: about %(km)s km.")
END = N_("All of it stands at your private address. There you can also have your data deleted. Thank you.")


def look(node: ExchangeNode) -> None:
    """Notice reports that were corrected on their way into the records, and forget the people of old ones."""
    for find in node.store.finds.waiting(MOST):
        reviews.settle(node.station, find)
    forgetting.tidy(node.station, public.beyond(node))


def news(node: ExchangeNode, find: Find) -> tuple[str, Words]:
    """What is to be told of a report now: its name, and the mail in the language of its finder."""
    story = stories.story(node.station, find, public.beyond(node))
    letters = returns.answers(node, find.record) if find.record and story is None else []
    kind = letters[-1].core["verdict"] if letters else "accepted"
    if find.state == REFUSED:
        kind = "refused"
    elif story is not None:
        kind = "answered withheld" if story.withheld else "answered"
    values = {"ring": find.told["ring"], "day": find.told["day"], "reason": find.reason} | _values(node, story, find)
    values["node"] = letters[-1].sender if letters else ""
    parts = [NEWS[kind]] + ([DAYS] if values.get("days") else []) + ([FAR] if values.get("km") else []) + [END]
    said = [words.said(part, find.language) % values for part in parts]
    return kind.partition(" ")[0], Words(words.said(TITLE, find.language) % values, "\n\n".join(said))


def _values(node: ExchangeNode, story: Story | None, find: Find) -> dict[str, str]:
    if story is None or story.withheld or find.state == REFUSED:
        return {}
    species, language = node.station.tables.species.by_name(story.species), find.language
    return {
        "species": species.name(language) if species else story.species, "banded": story.day,
        "region": node.station.live.table("place").label(story.place_code, language) if story.place_code else "-",
        "scheme": node.station.live.table("scheme").label(story.scheme, language),
        "days": "" if story.days is None else str(story.days), "km": str(story.km or ""),
    }  # fmt: skip


# -- mails --------------------------------------------------------------------------------------------------------


def due(node: ExchangeNode) -> list[tuple[Find, str, Words]]:
    """What is to be mailed now; nothing where no mail server is set up, or while it waits after a failure."""
    settings = node.station.settings.alarms
    steady, until = node.steady.now, float(node.store.notes.get(NOTE) or 0)
    if not (settings.host and settings.sender) or steady < until <= steady + PATIENCE:
        return []
    found = ((find, *news(node, find)) for find in node.store.finds.to_mail())
    return [one for one in found if one[1] not in one[0].mailed.split()]


def tell(node: ExchangeNode, courier: Courier | None = None, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Send what is due, each once; gives how many went. A line that is down is tried again later."""
    waiting, sent = due(node), 0
    if not waiting:
        return 0
    try:
        with (courier or Mail(node.station.settings.alarms)).open() as send:
            for find, kind, said in waiting:
                if not goes_on():
                    break
                try:
                    send(_message(node, find, kind, said))
                except NotDelivered as trouble:
                    if trouble.stops:
                        raise
                    if trouble.passes:
                        _wait(node)
                        continue
                    kind = "failed"
                # At once and for each: what was told must not be told again after a power cut.
                node.store.finds.mailed(find.id, kind)
                sent += kind != "failed"
    except NotDelivered as trouble:
        _wait(node)
        log.warning("Mails to finders wait: %s", trouble.what)
    return sent


def _wait(node: ExchangeNode) -> None:
    """Let some time go before the mail server is asked again."""
    node.store.notes.set(NOTE, str(node.steady.now + PATIENCE))


def _message(node: ExchangeNode, find: Find, kind: str, said: Words) -> Message:
    key = hashlib.sha256(f"{node.code} {find.digest} {kind}".encode()).hexdigest()[:32]
    return Message(
        id=key, node=node.code, kind="find", level=alarms.NEWS, about="", title=said.title, text=said.mend,
        first_at=find.taken_at, times=1, to=(find.person["mail"],),
    )  # fmt: skip
