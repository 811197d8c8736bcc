"""Segments for tests: how they are offered and fetched, over a line that breaks in the middle of one."""

import requests

from exchange.log.entries import Offer
from exchange.talk.peer import PeerClient
from tests.together.kit import Network, Town, client_of

LONG = 60


def offers(client: PeerClient) -> list[Offer]:
    return [found for found in client.feed("", 1 << 20) if isinstance(found, Offer)]


def greeted(town: Town, other: Town, network: Network) -> PeerClient:
    client = client_of(town, other.address, network)
    client.hello()
    return client


def fetched(network: Network) -> int:
    """How often bytes of a segment were asked for."""
    return sum("/segments/" in path for _, path, _ in network.asked)


class Cutting:
    """Lets the line break after so many bytes of each request for a segment in turn."""

    def __init__(self, network: Network, cuts: list[int]) -> None:
        self.network, self.cuts = network, list(cuts)
        network.change = self

    def __call__(self, request: requests.PreparedRequest) -> None:
        is_segment = "/segments/" in str(request.url)
        self.network.cut_after = self.cuts.pop(0) if is_segment and self.cuts else None
