"""The pages of agreements: drafting, signing and ending them, what would leave under one, and requests to forget."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from banding.errors import BandingError, Refused
from banding.web import here
from banding.web.access import Access
from banding.web.values import in_words
from exchange import pages
from exchange.agreements import documents, forgetting, life, opening, policy
from exchange.agreements.preview import preview as previewed
from exchange.log.agreementbook import ASKED, DRAFT, LIVE, OFFERED, Signed
from exchange.log.book import Peer
from exchange.log.letters import Letter
from exchange.pages import drafting, personal

blueprint = Blueprint("agreements", __name__, template_folder="templates")
ACCESS = (
    Access("agreements.listing", ("GET",), "reader"),
    Access("agreements.one", ("GET",), "reader"),
    Access("agreements.preview", ("GET",), "reader"),
    Access("agreements.new", ("GET",), "administrator"),
    Access("agreements.draft", ("POST",), "administrator"),
    Access("agreements.sign", ("POST",), "administrator"),
    Access("agreements.decline", ("POST",), "administrator"),
    Access("agreements.end", ("POST",), "administrator"),
    Access("agreements.drop", ("POST",), "administrator"),
    Access("agreements.forget", ("POST",), "administrator"),
)
STATES = {
    "draft": lazy_gettext("draft"),
    "offered": lazy_gettext("signed by us, waits for the other side"),
    "asked": lazy_gettext("waits for our signature"),
    "signed": lazy_gettext("signed by both, begins on its first day"),
    "in-force": lazy_gettext("in force"),
    "declined": lazy_gettext("declined"),
    "replaced": lazy_gettext("replaced by another"),
    "ended": lazy_gettext("ended"),
    "lapsed": lazy_gettext("ended before it was in force"),
}
DEEDS = {
    "draft": lazy_gettext("drafted"),
    "came": lazy_gettext("came"),
    "signed": lazy_gettext("signed"),
    "in-force": lazy_gettext("came into force"),
    "declined": lazy_gettext("declined"),
    "replaced": lazy_gettext("replaced by another"),
    "ended": lazy_gettext("ended"),
}
ANSWERS = {
    "accepted": lazy_gettext("forgotten, says the other side"),
    "declined": lazy_gettext("kept, says the other side"),
}
CELLS = {
    "exact": lazy_gettext("exact"),
    "tenth": lazy_gettext("0.1 degree"),
    "province": lazy_gettext("province"),
    "goes": lazy_gettext("goes"),
    "returns": lazy_gettext("for returns only"),
    "withheld": lazy_gettext("withheld"),
    "": lazy_gettext("not in this kind"),
}


# -- reading --------------------------------------------------------------------------------------------------


@blueprint.get("/agreements")
def listing() -> str:
    """What is agreed with each peer, what waits, and requests to forget, ours and others'."""
    node = pages.node()
    requests = [(letter, forgetting.most(node, letter)) for letter in node.letters.received("forget", "new")]
    asked = [(letter, _answers(letter)) for letter in node.letters.sent("forget")]
    done = [letter for letter in node.letters.received("forget") if letter.state != "new"]
    return render_template(
        "agreements.html", this=node, peers=node.book.peers(), agreements=node.agreements.of(), requests=requests,
        asked=asked, done=done, **words(),
    )  # fmt: skip


@blueprint.get("/agreements/<digest>")
def one(digest: str) -> str:
    """One agreement: what it says in words and to the letter, its signatures, and what was done about it."""
    node, found = pages.node(), life.one(pages.node(), digest)
    return render_template(
        "agreement.html", this=node, one=found, document=found.document, trusted=node.ledger.node(found.peer),
        live=found.state in LIVE, **words(),
    )  # fmt: skip


@blueprint.get("/agreements/preview")
def preview() -> Any:
    """What would leave to a peer: under an agreement, its draft, or the terms now in force; for a program as JSON."""
    node, digest = pages.node(), request.args.get("agreement", "")
    found, peer = _named(digest)
    shown = previewed(node, peer, found.gives(node.code) if found else peer.terms)
    shown = shown.without([group for group in personal.PERSONAL if not personal.is_open(group)])
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if request.args.get("format") == "json" or best == "application/json":
        return jsonify(shown.facts() | {"agreement": digest or peer.agreement})
    waits = found is not None and found.state in (DRAFT, ASKED)
    return render_template(
        "preview.html", this=node, peer=peer, shown=shown, one=found, waits=waits, today=node.station.intake.today(),
        cells=CELLS, kinds=policy.KINDS[:2], levels=range(policy.LEVELS),
        in_words=in_words, **words(),
    )  # fmt: skip


def _named(digest: str) -> tuple[Signed | None, Peer]:
    """The agreement of this digest, where there is one, and its peer; else the peer that the address names."""
    node = pages.node()
    found = life.one(node, digest) if digest else None
    return found, node.peer(found.peer if found else request.args.get("peer", ""))


# -- drafting and signing -------------------------------------------------------------------------------------


@blueprint.get("/agreements/new")
def new() -> str:
    """The form of a draft, from the terms in force or from another agreement."""
    node = pages.node()
    found, peer = _named(request.args.get("like", ""))
    document = found.document if found else drafting.present(node, peer, opening.received(node, peer))
    return _form(peer, document)


@blueprint.post("/agreements")
def draft() -> Any:
    """Keep a draft and show what would leave under it; or the form again, with all that is wrong."""
    node = pages.node()
    peer = node.peer(request.form.get("peer", ""))
    document = drafting.typed(request.form, node.code, peer)
    try:
        digest = life.draft(node, peer.code, document, here.who())
    except documents.Unfit as unfit:
        return _form(peer, document, unfit), 422
    return redirect(url_for("agreements.preview", agreement=digest), 303)


@blueprint.post("/agreements/<digest>/sign")
def sign(digest: str) -> Response:
    """Sign, by somebody who has seen what would leave."""
    if not request.form.get("seen"):
        raise Refused("Say first that you have seen what would leave", where="seen", mend="Look through it and tick it")
    state = life.sign(pages.node(), digest, here.who())
    said = gettext("Signed. It goes to the other side with the next sync.") if state == OFFERED else gettext("Signed.")
    flash(said, "done")
    return redirect(url_for("agreements.one", digest=digest), 303)


@blueprint.post("/agreements/<digest>/decline")
def decline(digest: str) -> Response:
    """Decline what the other side has signed, with a reason."""
    return _done(digest, lambda: life.decline(pages.node(), digest, request.form.get("reason", ""), here.who()))


@blueprint.post("/agreements/<digest>/end")
def end(digest: str) -> Response:
    """End it from our side, with a reason, and perhaps ask to forget."""
    reason, forget = request.form.get("reason", ""), bool(request.form.get("forget"))
    return _done(digest, lambda: life.end(pages.node(), digest, reason, here.who(), forget=forget))


@blueprint.post("/agreements/<digest>/drop")
def drop(digest: str) -> Response:
    """Take a draft away."""
    life.drop(pages.node(), digest)
    flash(gettext("The draft is gone."), "done")
    return redirect(url_for("agreements.listing"), 303)


# -- forgetting -----------------------------------------------------------------------------------------------


@blueprint.post("/agreements/forget/<uuid:letter>")
def forget(letter: UUID) -> Response:
    """Forget what another node asks us to forget, or keep it and say why."""
    node = pages.node()
    try:
        if request.form.get("deed") == "keep":
            forgetting.keep(node, str(letter), request.form.get("reason", ""), here.who())
            flash(gettext("Kept. The other side is told why."), "done")
        else:
            count = forgetting.forget(node, str(letter), here.who())
            flash(gettext("Forgotten: %(count)s entries.", count=count), "done")
    except Refused as refused:
        flash(_said(refused), "wrong")
    return redirect(url_for("agreements.listing"), 303)


# -- small things ---------------------------------------------------------------------------------------------


def _answers(asked: Letter) -> list[Letter]:
    """What the node that was asked has answered; the word of any other counts for nothing."""
    found = pages.node().letters.of(asked.uuid, "verdict")
    return [letter for letter in found if letter.sender == asked.recipient]


def _classes(asked: Letter) -> list[tuple[str, str]]:
    """Which records a request to forget is about: kinds, each with its sensitivities."""
    found: dict[str, list[str]] = {}
    for one in sorted(set(asked.core["classes"]).intersection(forgetting.RECORDS)):
        found.setdefault(policy.kind_of(one), []).append(str(one % policy.LEVELS))
    return [(kind, ", ".join(levels)) for kind, levels in found.items()]


def words() -> dict[str, Any]:
    """What every template of these pages asks for."""
    return {"states": STATES, "deeds": DEEDS, "answers": ANSWERS, "moment": pages.moment, "classes_of": _classes}


def _form(peer: Peer, document: dict[str, Any], unfit: documents.Unfit | None = None) -> str:
    return render_template(
        "agreement_form.html", this=pages.node(), peer=peer, document=document, wrong=unfit.wrong if unfit else (),
        kinds=policy.KINDS[:2], levels="0123", groups=drafting.GROUPS, label=drafting.label,
    )  # fmt: skip


def _done(digest: str, deed: Any) -> Response:
    try:
        deed()
        flash(gettext("Saved. The other side is told with the next sync."), "done")
    except Refused as refused:
        flash(_said(refused), "wrong")
    return redirect(url_for("agreements.one", digest=digest), 303)


def _said(error: BandingError) -> str:
    return " ".join(f"{gettext(part)}." for part in (error.what, error.mend) if part)
