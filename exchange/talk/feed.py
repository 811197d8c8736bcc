"""What a node answers: hello, have, feed and inbox. Its other half, side by side, is `peer.py`."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from banding.errors import BandingError, Refused
from exchange.agreements import opening
from exchange.agreements.showing import until_terms_change
from exchange.log import links, wire
from exchange.log.amends import Evidence
from exchange.log.blocks import BLOCK, Blocks
from exchange.log.book import Peer
from exchange.log.parts import Parts
from exchange.node import ExchangeNode
from exchange.talk import has, inbox
from exchange.talk.signing import Nonces, NotSigned, verify
from schemas import VERSION

PROTOCOL = 1
PAGE_LEAST, PAGE_MOST = 4 * 1024, 8 * 1024 * 1024
INBOX_MOST = 16 * 1024 * 1024
BLOCKS_AT_ONCE = 20

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange/v1")


class EpochChanged(BandingError):
    """The cursor is of another epoch: the store was restored or made anew."""

    slug, status = "epoch-changed", 409


class SegmentGone(BandingError):
    """A segment that is not, or no longer, for this peer."""

    slug, status = "segment-gone", 404


class TooLarge(BandingError):
    """More than may be posted at once."""

    slug, status = "too-large", 413


def node() -> ExchangeNode:
    """The node whose exchange this app serves."""
    found: ExchangeNode = current_app.extensions["exchange"]
    return found


def nonces() -> Nonces:
    """This process's nonces."""
    found: Nonces = current_app.extensions["exchange-nonces"]
    return found


def guard() -> None:
    """Let only a request through that a known peer has signed."""
    length = request.content_length
    if length is not None and length > INBOX_MOST:
        raise TooLarge("The delivery is too large", why=f"{length} bytes", mend=f"Post at most {INBOX_MOST}")
    fingerprint = verify(request, request.get_data(cache=True), _public_key, nonces(), node().key.fingerprint)
    trusted = node().ledger.node_by_key(fingerprint)
    peer = node().book.peer(trusted.code) if trusted else None
    if peer is None:
        raise NotSigned("The node that signed the request is no peer of ours", mend="Have it added as a peer")
    g.peer = peer


def _public_key(fingerprint: str) -> bytes | None:
    trusted = node().ledger.node_by_key(fingerprint)
    return trusted.public_key if trusted else None


@blueprint.get("/hello")
def hello() -> Response:
    """Who this node is, what it speaks, how much it takes at once, and a nonce to sign requests with."""
    this = node()
    key = this.key
    return jsonify(
        {
            "node": this.code,
            "names": dict(this.station.settings.node.names),
            "protocol": PROTOCOL,
            "schema": VERSION,
            "key": wire.encode(key.public),
            "fingerprint": key.fingerprint,
            "keys": links.as_json(this.keyring.links(this.code)),
            "epoch": this.epoch.name,
            "limits": {"page_bytes": PAGE_MOST, "inbox_bytes": INBOX_MOST},
            "clock": this.at(),
            "nonce": nonces().give(),
        }
    )


@blueprint.get("/have")
def have() -> Any:
    """The highest number held of every log, and proof against those that say two things; 304 when nothing is new."""
    this = node()
    # The place is read before the logs: whoever has all these logs has everything up to that place.
    place = this.shelf.top()
    response = jsonify(
        {
            "epoch": this.epoch.name, "place": place, "logs": this.ledger.have(), "heads": this.ledger.heads(),
            "held": [log.name for log in this.ledger.logs() if log.held is not None],
            "frozen": {found.log: _proof(found) for found in reversed(this.amends.evidence())},
        }
    )  # fmt: skip
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    return response.make_conditional(request)


@blueprint.put("/have")
def said() -> Response:
    """Hear what a peer holds that nobody here can ask."""
    has.listen(node(), g.peer.code, request.get_data(cache=True))
    return jsonify({})


def _proof(found: Evidence) -> list[dict[str, str]]:
    signed = ((found.header, found.signature), (found.other_header, found.other_signature))
    return [{"header": header, "signature": wire.encode(signature)} for header, signature in signed]


@blueprint.get("/feed")
def feed() -> Any:
    """Batches behind a cursor (`after`), or of one log from a number on (`log`, `first`); long ones as segments."""
    this, peer = node(), g.peer
    limit = min(max(_number("max_bytes", 256 * 1024), PAGE_LEAST), PAGE_MOST)
    opening.release(this, peer)
    view = opening.view(this, peer)
    if log := request.args.get("log", ""):
        blocks = view.blocks(this.shelf.log_from(log, _number("first", 1)), segments=True)
        return _streamed(wire.page(blocks, limit, lambda _last, _more: _cursor(this, 0)))
    after = _after(this)
    this.publisher.publish()
    top = this.shelf.top()
    blocks = view.blocks(this.shelf.feed(after, peer.code), segments=True)
    return _streamed(wire.page(blocks, limit, lambda last, more: _cursor(this, ending(after, last, more, top))))


@blueprint.get("/segments/<digest>")
def segment(digest: str) -> Any:
    """The bytes of a segment that was offered to this peer; Range goes on where a line was cut."""
    body = opening.view(node(), g.peer).may_have(digest)
    if body is None:
        raise SegmentGone(
            "There is no such segment for this peer", where=digest[:80],
            why="It was never offered, or the terms or the entries have changed since", mend="Ask the feed again",
        )  # fmt: skip
    response = Response(body, mimetype=wire.MEDIA_TYPE, headers={"Cache-Control": "private, immutable"})
    response.set_etag(digest)
    return response.make_conditional(request, accept_ranges=True, complete_length=len(body))


@blueprint.get("/audit")
def audit() -> Response:
    """Two hashes of each block of a log, as it is held and as the asker may see it; or how each entry is held."""
    blocks, log = Blocks(node().store), request.args.get("log", "")
    state = node().ledger.log(log)
    until = min(_number("until", 0), state.head_number if state else 0)
    first, count = _number("block", 0), (until + BLOCK - 1) // BLOCK
    decide = opening.view(node(), g.peer, "audit").decide
    if request.args.get("entries") and first < count:
        stands = {"held": blocks.block(log, first, until), "shown": blocks.block(log, first, until, decide)}
        return jsonify(
            {name: [[n, *stand.line()] for n, stand in sorted(all_.items())] for name, all_ in stands.items()}
        )
    indexes = range(first, min(first + BLOCKS_AT_ONCE, count))
    told = [(blocks.digest(log, at, until), blocks.digest(log, at, until, decide)) for at in indexes]
    return jsonify({"blocks": told})


@blueprint.post("/inbox")
def posted() -> Response:
    """Take a delivery that a peer posts because we cannot reach it; posting it again changes nothing."""
    return jsonify(inbox.deliver(node(), g.peer.code, request.get_data(cache=True)))


@blueprint.get("/inbox/<digest>")
def arrived(digest: str) -> Response:
    """How much of a delivery has arrived in parts, and the answer where it was taken already."""
    return jsonify({"have": parts(g.peer).size(digest), "answer": node().book.answered(digest, g.peer.code)})


@blueprint.put("/inbox/<digest>")
def part(digest: str) -> Response:
    """Take a part of a delivery, which begins at `offset` of `total` bytes; the last one delivers it."""
    total, waiting = _number("total", 0), parts(g.peer)
    if not 0 < total <= INBOX_MOST:
        raise TooLarge("The delivery is too large", why=f"{total} bytes", mend=f"Post at most {INBOX_MOST}")
    if waiting.size(digest) + len(request.get_data(cache=True)) > total:
        waiting.drop(digest)
        raise Refused("More has come than the delivery has bytes", where=digest, mend="Begin again at its first byte")
    size = waiting.add(digest, _number("offset", 0), request.get_data(cache=True))
    if size < total:
        return jsonify({"have": size})
    if not waiting.is_whole(digest):
        raise Refused("The parts do not make the delivery", where=digest, mend="Begin again at its first byte")
    answer = inbox.deliver(node(), g.peer.code, waiting.path(digest).read_bytes())
    waiting.drop(digest)
    return jsonify(answer | {"have": size})


def parts(peer: Peer) -> Parts:
    """Where the parts of a peer's deliveries gather."""
    return Parts(node().station.settings.home / "parts" / f"from-{peer.code}")


def _after(this: ExchangeNode) -> int:
    epoch, _, place = request.args.get("after", "").partition(".")
    if not epoch:
        return 0
    number = int(place) if place.isdecimal() and len(place) < 17 else 0
    # A place behind our end was given out before our store was set back.
    if epoch != this.epoch.name or number > this.shelf.top():
        raise EpochChanged(
            "The cursor is of another epoch of our store", why=f"Ours is {this.epoch.name}",
            mend="Compare what both have and ask for the logs that differ",
        )  # fmt: skip
    return number


def _cursor(this: ExchangeNode, place: int) -> str:
    return f"{this.epoch.name}.{place}"


def ending(after: int, last: int, more: bool, top: int) -> int:
    """The place behind a page: its last batch, or at the end also the batches left out as the peer's own."""
    return max(after, last) if more else max(after, last, top)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 17):
        raise Refused("A whole number is expected", where=name, why=f"It says {text[:40]!r}")
    return int(text)


def _streamed(lines: Iterator[bytes]) -> Any:
    # The first block is made before the answer begins, so that a fault becomes a problem and not half a page.
    first = next(lines, b"")
    page = chain([first], until_terms_change(lines))
    return Response(page, mimetype=wire.MEDIA_TYPE, headers={"Cache-Control": "no-store"})
