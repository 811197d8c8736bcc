"""Pages that make a node a peer, step by step, and compare its key again; nothing is kept between the steps."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from banding.errors import BandingError, Refused
from banding.web import here
from banding.web.access import Access
from banding.web.language import current
from exchange import pages, peering
from exchange.agreements import policy
from exchange.log import birds
from exchange.log.book import Peer
from exchange.talk import hindrance
from exchange.talk.feed import PROTOCOL
from exchange.talk.line import Hello, PeerTrouble
from schemas import VERSION

blueprint = Blueprint("peering", __name__, template_folder="templates")
ACCESS = (
    Access("peering.new", ("GET",), "administrator"),
    Access("peering.asked", ("POST",), "administrator"),
    Access("peering.add", ("POST",), "administrator"),
    Access("peering.added", ("GET",), "administrator"),
    Access("peering.key", ("GET",), "reader"),
    Access("peering.key_asked", ("POST",), "administrator"),
    Access("peering.repin", ("POST",), "administrator"),
)
LONGEST_ADDRESS = 20_000
WRONG = 422


class Answering(NamedTuple):
    """Who answers at an address; `pinned` is the fingerprint known here, `leads` that statements lead from it."""

    hello: Hello
    address: str
    pinned: str | None
    leads: bool
    is_too_new: bool
    is_newer: bool


# -- a new peer -------------------------------------------------------------------------------------------


@blueprint.get("/peers/new")
def new() -> str:
    """Step 1: what the other administrator must know of us; step 2: the other node's address."""
    return _new()


@blueprint.post("/peers/new")
def asked() -> Response:
    """Step 3: who answers there, its birds to be compared, and what will leave to it."""
    address = _address()
    try:
        found = _asked(address)
    except BandingError as error:
        return _page(_new(address=address, wrong=_said(error)), WRONG)
    return _page(_new(address=address, found=found), 200)


@blueprint.post("/peers")
def add() -> Response:
    """Add whoever answers, if it has the very key that was shown, and a person says that its birds agree."""
    address, found = _address(), None
    try:
        found = _asked(address)
        _compared(found)
        if found.is_too_new:
            raise Refused(gettext("It speaks a newer protocol than this node. Upgrade this node first."))
        hello, posts = found.hello, request.form.get("posts") == "1"
        if found.pinned not in (None, hello.fingerprint) and not found.leads:
            raise Refused(gettext("%(code)s is known here with another key. Compare its key again.", code=hello.node))
        peering.add_peer(pages.node(), hello.node, address, hello.key, posts=posts, told=hello.keys)
    except BandingError as error:
        return _page(_new(address=address, found=found, wrong=_said(error)), WRONG)
    return redirect(url_for("peering.added", code=found.hello.node), 303)


@blueprint.get("/peers/<code>/added")
def added(code: str) -> str:
    """What the other side must do now."""
    node = pages.node()
    return render_template(
        "peer_added.html",
        this=node,
        peer=pages.node().peer(code),
        told=rows(node.key.fingerprint),
        card=peering.card(node),
        **_languages(),
    )


def _new(*, address: str = "", found: Answering | None = None, wrong: BandingError | None = None) -> str:
    node = pages.node()
    known = node.book.peer(found.hello.node) if found else None
    posts = request.form.get("posts", "1" if found and peering.posts_first(node, found.hello.node) else "0") == "1"
    return render_template(
        "peer_new.html", this=node, own=rows(node.key.fingerprint), address=address, found=found, wrong=wrong,
        theirs=rows(found.hello.fingerprint) if found else (), known=known, typed=request.form, card=peering.card(node),
        posts=posts, terms=known.terms if known else policy.STANDARD, name=_name(found.hello) if found else "",
        schema=VERSION, **_languages(),
    )  # fmt: skip


# -- a key compared again ---------------------------------------------------------------------------------


@blueprint.get("/peers/<code>/key")
def key(code: str) -> str:
    """The key of a peer as it is pinned, and those before it."""
    return _key(pages.node().peer(code))


@blueprint.post("/peers/<code>/key")
def key_asked(code: str) -> Response:
    """The key with which the peer answers now, to be compared."""
    peer = pages.node().peer(code)
    try:
        found = _same(peer)
    except BandingError as error:
        return _page(_key(peer, wrong=_said(error)), WRONG)
    return _page(_key(peer, found=found), 200)


@blueprint.post("/peers/<code>/repin")
def repin(code: str) -> Response:
    """Trust the key with which the peer answers, if it is the very one that was shown and a person has compared it."""
    peer, found = pages.node().peer(code), None
    try:
        found = _same(peer)
        _compared(found)
        stolen = request.form.get("stolen") == "1"
        told, by = found.hello.fingerprint, here.who()
        peering.repin(pages.node(), code, told, address=found.address, stolen=stolen, by=by)
    except BandingError as error:
        return _page(_key(peer, found=found, wrong=_said(error)), WRONG)
    flash(gettext("The new key of %(code)s is trusted. It is called within a few seconds.", code=code), "done")
    return redirect(url_for("peers.one", code=code), 303)


def _key(peer: Peer, *, found: Answering | None = None, wrong: BandingError | None = None) -> str:
    node = pages.node()
    chain = node.keyring.chain(peer.code)
    return render_template(
        "peer_key.html", this=node, peer=peer, chain=chain, pinned=rows(chain[-1].fingerprint) if chain else (),
        found=found, theirs=rows(found.hello.fingerprint) if found else (), wrong=wrong, typed=request.form,
        **_languages(),
    )  # fmt: skip


def _same(peer: Peer) -> Answering:
    """Whoever answers at a peer's address or on the card told, if it is the peer. Raises PeerTrouble and Refused."""
    found = _asked(_address() or peer.address)
    if found.hello.node != peer.code:
        raise Refused(gettext("Another node answers at its address: %(code)s", code=found.hello.node))
    return found


# -- both -------------------------------------------------------------------------------------------------


def rows(fingerprint: str) -> list[list[str]]:
    """The ten birds of a fingerprint, a row for each with its names: in the language of the page first."""
    columns = [birds.words(fingerprint, birds.named(language)) for language in _order()]
    return [list(row) for row in zip(*columns, strict=True)]


def _order() -> Sequence[str]:
    return [current(), *(language for language in birds.LANGUAGES if language != current())]


def _languages() -> dict[str, Sequence[str]]:
    return {"columns": _order()}


def _asked(address: str) -> Answering:
    node = pages.node()
    hello = peering.ask(node, address)
    if hello.node == node.code:
        raise Refused(gettext("This is the address of this very node. A node cannot be its own peer."))
    pinned = node.keyring.newest(hello.node)
    leads = node.keyring.leads(hello.node, hello.fingerprint, hello.keys)
    newer = hello.schema.partition(".")[0] != VERSION.partition(".")[0]
    return Answering(hello, address, pinned, leads, hello.protocol > PROTOCOL, newer)


def _compared(found: Answering) -> None:
    """See that the key is still the one shown, and that a person has compared it. Raises Refused."""
    form = request.form
    if form.get("fingerprint") != found.hello.fingerprint:
        raise Refused(
            gettext("Another key answers now than the one that was shown. Begin again, and compare once more.")
        )
    typed = form.get("birds", "").strip()
    if typed:
        told = birds.beginning(typed)
        if told is None:
            strange = ", ".join(birds.unknown(typed))[:200]
            raise Refused(gettext("These are not ten birds of the list: %(birds)s", birds=strange or typed[:200]))
        if not found.hello.fingerprint.startswith(told):
            raise Refused(gettext("The birds typed are not those of the key that answers. Do not trust it."))
    elif form.get("agree") != "1":
        raise Refused(gettext("Nobody has said that the birds agree. Compare them over the telephone first."))


def _said(error: BandingError) -> BandingError:
    """What went wrong, in words for whoever sits before the page."""
    if not isinstance(error, PeerTrouble):
        return error
    what = gettext("No node of the band exchange answers at this address. Is it typed right, and is the node running?")
    return Refused(what, why=hindrance.of(error).reason(current()) or error.what)


def _name(hello: Hello) -> str:
    return hello.names.get(current()) or hello.names.get("en") or ""


def _address() -> str:
    return request.form.get("address", "").strip()[:LONGEST_ADDRESS]


def _page(body: str, status: int) -> Response:
    return Response(body, status, mimetype="text/html")
