"""What the public may hear of records here, and how one who found a bird goes out of our own log again."""

from banding.finder.stories import Beyond
from banding.store.shapes import Kept
from exchange.agreements import forgetting, opening
from exchange.log.forgetbook import ForgetBook, Told
from exchange.node import ExchangeNode

EVERYBODY = ""
"""Stands for the public where terms name nodes: only those that let a record go on to all let it go there."""


def beyond(node: ExchangeNode) -> Beyond:
    """What the pages for the public ask of the exchange."""
    return Beyond(lambda kept: lets(node, kept), lambda uuid: erase(node, uuid))


def lets(node: ExchangeNode, kept: Kept) -> bool:
    """Whether the public may hear of a record: it is ours, or came by a peer whose terms let it go on to all."""
    if kept.origin == node.code:
        return True
    terms = opening.onward(node)
    # A peer may have brought the batch and not shown this entry of it: then it lets nothing go.
    ways = {peer for told in node.openings.telling([kept.version_id]) for peer in told.routes}
    return any(terms.passes(peer, EVERYBODY) for peer in ways)


def erase(node: ExchangeNode, uuid: str) -> None:
    """Take the people out of all versions of a record of ours but the one that stands now, and out of our log.

    Belongs outside of any transaction. What went to a peer under terms that name people cannot be called back; the
    new version, which goes there too, no longer names anybody.
    """
    # What stands in no log yet would be signed with the text that is about to go.
    node.publisher.publish()
    with node.store.transaction():
        versions = [one for one in node.store.records.versions(uuid) if not one.current and "people" in one.groups]
        told = ForgetBook(node.store).telling([version.version_id for version in versions])
        forgetting.give_up(node, [_without_people(one) for one in told])
    node.store.forgetting.settle()


def _without_people(one: Told) -> forgetting.Forgetful:
    return forgetting.Forgetful(one.batch_id, {one.number: frozenset({"people"})}, {one.number: one.version_id})
