"""A peer that passes requests meant for itself on to another node gets nothing there in the name of who asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from exchange.talk.peer import PeerClient
from tests.together.kit import EVERYTHING, Network, Town, banding, befriend, client_of, make_node, pull, write

PEOPLE = {"ringer": "N. N."}


@pytest.fixture
def thief(tmp_path: Path, shuangpo: Town) -> Iterator[Town]:
    """A peer of one node, and none of the other."""
    made = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, made)
    yield made
    made.close()


class Relay:
    """The thief's line: it answers hello itself, with a nonce of the other node, and passes on what is signed then."""

    def __init__(self, thief: Town, other: Town, *, says_stale: bool = False) -> None:
        self.thief, self.other, self.says_stale = thief, other, says_stale
        self.hellos = 0

    def change(self, request: requests.PreparedRequest) -> None:
        """A signed request goes to the other node; so does hello once the thief has called a nonce stale."""
        url = str(request.url)
        is_hello = url.endswith("/hello")
        self.hellos += is_hello
        if not is_hello or self.hellos > 1:
            request.url = url.replace(self.thief.address, self.other.address)

    def spoil(self, path: str, block: bytes) -> bytes:
        """Put the other node's nonce in the place of ours."""
        if not path.endswith("/hello") or self.hellos > 1:
            return block
        own, theirs = json.loads(block)["nonce"], self.other.app.test_client().get("/exchange/v1/hello").json["nonce"]
        return block.replace(own.encode(), (own[:-2] + "--" if self.says_stale else theirs).encode())


@pytest.mark.parametrize("says_stale", [False, True])
def test_what_one_node_opens_to_a_peer_is_not_given_to_another_that_passes_its_requests_on(
    amur: Town, shuangpo: Town, thief: Town, says_stale: bool
) -> None:
    befriend(amur, shuangpo, terms=EVERYTHING)
    write(amur, banding(people=PEOPLE))
    relay = Relay(thief, amur, says_stale=says_stale)
    line = Network().add(amur, shuangpo, thief)
    line.change, line.spoil = relay.change, relay.spoil
    report = pull(shuangpo, thief, line)
    assert report.trouble
    asked = [path for _method, path, status in line.asked if status == 200 and not path.endswith("/hello")]
    assert asked == [], "a signed request that was passed on was answered"


def test_a_request_meant_for_another_key_is_refused_as_not_signed(amur: Town, shuangpo: Town, thief: Town) -> None:
    befriend(amur, shuangpo)
    line = Network().add(amur, shuangpo)
    client = client_of(shuangpo, amur.address, line)
    client.hello()
    client.to = thief.node.key.fingerprint
    assert status_of(client) == 401
    client.hello()
    assert status_of(client) == 200


def status_of(client: PeerClient) -> int:
    return client._try("GET", "have", True, {}).status_code
