"""Under which agreement records of other nodes came here, for what leaves this node as a file."""

from collections.abc import Iterable

from banding.station import Station
from exchange.log.agreementbook import IN_FORCE
from exchange.node import ExchangeNode

Under = tuple[str, str, str]


def under(node: ExchangeNode, origins: Iterable[str]) -> list[Under]:
    """Node, digest of the agreement in force and its last day; both empty where there is none with that node."""
    others = sorted(set(origins) - {node.code})
    standing = node.agreements.of(states=(IN_FORCE,))
    signed = {one.peer: (one.digest, one.document.get("valid_until", "")) for one in standing}
    return [(code, *signed.get(code, ("", ""))) for code in others]


def of_station(station: Station, origins: Iterable[str]) -> list[Under]:
    """The same for a node that is open without its exchange."""
    return under(ExchangeNode.open(station), origins)
