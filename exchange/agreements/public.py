"""What the public may hear of records here, and how one who found a bird goes out of our own log again."""

from banding.finder.stories import Beyond
from banding.store.shapes import Kept
from exchange.agreements import forgetting, opening
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
    found = node.shelf.origin_of(kept.version_id)
    batch = node.shelf.batch_of(*found[:2]) if found else None
    if batch is None:
        return False
    terms = opening.onward(node)
    return any(terms.passes(peer, EVERYBODY) for peer, _at in node.ledger.routes.of(batch))


def erase(node: ExchangeNode, uuid: str) -> None:
    """Take the people out of all versions of a record of ours but the one that stands now, and out of our log.

    Belongs outside of any transaction. What went to a peer under terms that name people cannot be called back; the
    new version, which goes there too, no longer names anybody.
    """
    # What stands in no log yet would be signed with the text that is about to go.
    node.publisher.publish()
    with node.store.transaction():
        versions = [one for one in node.store.records.versions(uuid) if not one.current and "people" in one.groups]
        found = [one for version in versions if (one := _where(node, version)) is not None]
        forgetting.give_up(node, found)
    node.store.forgetting.settle()


def _where(node: ExchangeNode, kept: Kept) -> forgetting.Forgetful | None:
    found = node.shelf.origin_of(kept.version_id)
    batch = node.shelf.batch_of(*found[:2]) if found else None
    if found is None or batch is None:
        return None
    return forgetting.Forgetful(batch, {found[1]: frozenset({"people"})}, {found[1]: kept.version_id})
