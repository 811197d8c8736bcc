"""The pages on what has crossed: audits, logs that wait for a person, proofs against logs, rehearsals, the board."""

import csv
import io
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as Answer

from banding.errors import BandingError, NotFound, Refused
from banding.web import here
from banding.web.access import Access
from banding.web.language import current
from exchange import pages
from exchange.log import wire
from exchange.log.amends import Evidence
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.talk import alarms, audit, brake, hindrance, rehearsal, sampling
from exchange.talk.brake import Waiting
from exchange.talk.comparing import WHY
from exchange.talk.line import PeerTrouble
from exchange.talk.schedule import connect

blueprint = Blueprint("crossing", __name__, template_folder="templates")
ACCESS = (
    Access("crossing.audited", ("GET",), "reader"),
    Access("crossing.ask", ("POST",), "operator"),
    Access("crossing.file", ("GET",), "reader"),
    Access("crossing.held", ("GET",), "operator"),
    Access("crossing.sample", ("POST",), "operator"),
    Access("crossing.keep", ("POST",), "operator"),
    Access("crossing.release", ("POST",), "administrator"),
    Access("crossing.evidence", ("GET",), "reader"),
    Access("crossing.seen", ("POST",), "operator"),
    Access("crossing.rehearsal_of", ("GET",), "operator"),
    Access("crossing.rehearse", ("POST",), "operator"),
)
SHOWN = 200
LONGEST_WORD = 200
COLUMNS = ("at", "log", "number", "verdict", "why", "groups", "ours", "theirs")
VERDICTS = {
    "healed": lazy_gettext("healed"),
    "asked": lazy_gettext("asked for"),
    "explained": lazy_gettext("explained"),
    "damaged": lazy_gettext("damaged"),
    "open": lazy_gettext("open"),
}
BECOMES = {
    "new": lazy_gettext("new records"),
    "corrections": lazy_gettext("corrections"),
    "withdrawals": lazy_gettext("withdrawals"),
    "letters": lazy_gettext("letters between nodes"),
    "known": lazy_gettext("known already"),
    "fuller": lazy_gettext("completed by what comes"),
    "aside": lazy_gettext("set aside"),
    "refused": lazy_gettext("refused"),
}
"""What would become of an entry in a rehearsal."""


class Proof(NamedTuple):
    """A proof against a log as the page shows it: when it came, from whom, and both headers, field by field."""

    evidence: Evidence
    fields: list[tuple[str, str, str, bool]]


# -- audits -----------------------------------------------------------------------------------------------------


@blueprint.get("/peers/<code>/audit")
def audited(code: str) -> str:
    """The last audits with a peer, and of the latest each difference with what became of it."""
    node = pages.node()
    peer = node.peer(code)
    found = node.book.audits(code)
    differences = found[0].differences if found else []
    return render_template(
        "audit.html", peer=peer, audits=found, differences=differences[:SHOWN], more=max(0, len(differences) - SHOWN),
        trouble=audit.trouble(node, code), why=_why, verdicts=VERDICTS, moment=pages.moment, told=pages.told,
    )  # fmt: skip


@blueprint.post("/peers/<code>/audit")
def ask(code: str) -> Answer:
    """Let the timetable call the peer at its next look and compare."""
    audit.ask(pages.node(), pages.node().peer(code).code)
    flash(gettext("%(code)s is called within a few seconds, and what both hold is compared.", code=code), "done")
    return redirect(url_for("crossing.audited", code=code), 303)


@blueprint.get("/peers/<code>/audit.csv")
def file(code: str) -> Response:
    """Every difference of the last audits, as CSV."""
    lines = pages.node().book.audits(pages.node().peer(code).code)
    rows = [
        [line.at, one["log"], one["number"], one["verdict"], one["why"], " ".join(one["groups"]),
         " ".join(map(str, one["ours"])), " ".join(map(str, one["theirs"]))]
        for line in lines
        for one in line.differences
    ]  # fmt: skip
    page = io.StringIO()
    csv.writer(page).writerows([COLUMNS, *rows])
    headers = {"Content-Disposition": f'attachment; filename="audit-{code}.csv"', "X-Row-Count": str(len(rows))}
    return Response(page.getvalue(), mimetype="text/csv", headers=headers)


def _why(key: str) -> str:
    return str(gettext(WHY[key])) if key in WHY else key


# -- what waits for a person --------------------------------------------------------------------------------------


@blueprint.get("/held")
def held() -> str:
    """The logs that wait because they would change unusually much."""
    return _held()


@blueprint.post("/held/<log>/sample")
def sample(log: str) -> str:
    """Read from the peer what waits, and show some of what it would change."""
    node, one = pages.node(), _waiting(log)
    peer = node.book.peer(one.peer)
    if peer is None or not peer.address:
        return _held(log=log, trouble=gettext("Nobody can be asked for it over the line."))
    try:
        return _held(log=log, changes=sampling.changes(node, connect(node)(peer), log, one.number + 1))
    except (BandingError, Inauthentic, wire.Cut) as error:
        return _held(log=log, trouble=_said(error))


@blueprint.post("/held/<log>/keep")
def keep(log: str) -> Answer:
    """Somebody has looked and keeps holding it: it rings no more, and waits on."""
    alarms.settle(pages.node(), "brake", _waiting(log).log, f"{here.who()}: {_word()}")
    flash(gettext("%(log)s waits on.", log=log), "done")
    return redirect(url_for("crossing.held"), 303)


@blueprint.post("/held/<log>/release")
def release(log: str) -> Answer:
    """Let a log go on; the next sync brings the rest."""
    node, one = pages.node(), _waiting(log)
    brake.release(node, log, f"{here.who()}: {_word()}")
    if node.book.peer(one.peer) is not None:
        node.book.note(one.peer, next_at=0.0)
    flash(gettext("%(log)s goes on with the next sync.", log=log), "done")
    return redirect(url_for("crossing.held"), 303)


def _held(log: str = "", changes: Any = None, trouble: str = "") -> str:
    return render_template(
        "held.html", waiting=brake.waiting(pages.node()), log=log, changes=changes, trouble=trouble, moment=pages.moment
    )


def _waiting(log: str) -> Waiting:
    found = next((one for one in brake.waiting(pages.node()) if one.log == log), None)
    if found is None:
        raise NotFound("Nothing of this log waits", where=log, mend="See the logs that wait under Alarms")
    return found


# -- proofs -------------------------------------------------------------------------------------------------------


@blueprint.get("/evidence")
def evidence() -> str:
    """The logs that say two things: both signed headers of each, and what it means."""
    node = pages.node()
    open_ones = {alarm.about for alarm in node.alarms.open() if alarm.kind == "equivocation"}
    found = [Proof(one, _fields(one)) for one in node.amends.evidence()]
    return render_template("evidence.html", proofs=found, open=open_ones, own=node.code, moment=pages.moment)


@blueprint.post("/evidence/seen")
def seen() -> Answer:
    """Somebody has seen the proofs against a log."""
    log = request.form.get("log", "")
    if not pages.node().amends.evidence(log) or not log:
        raise NotFound("There is no proof against this log", where=log[:80], mend="See the page of proofs")
    alarms.settle(pages.node(), "equivocation", log, here.who())
    flash(gettext("Settled."), "done")
    return redirect(url_for("crossing.evidence"), 303)


def _fields(one: Evidence) -> list[tuple[str, str, str, bool]]:
    sides = [orjson.loads(text) for text in (one.header, one.other_header)]
    names = dict.fromkeys(name for side in sides for name in side)
    pairs = [(name, *(str(side.get(name, "")) for side in sides)) for name in names]
    return [(name, ours, theirs, ours != theirs) for name, ours, theirs in pairs]


# -- rehearsals -----------------------------------------------------------------------------------------------------


@blueprint.get("/peers/<code>/rehearsal")
def rehearsal_of(code: str) -> str:
    """What a rehearsal is, and the button for it."""
    return _rehearsal(pages.node().peer(code))


@blueprint.post("/peers/<code>/rehearsal")
def rehearse(code: str) -> str:
    """Ask the peer, try what comes, and say what would become of it."""
    node = pages.node()
    peer = node.reachable(code)
    try:
        return _rehearsal(peer, rehearsal.rehearse(node, peer, connect(node)(peer)))
    except (BandingError, Inauthentic, wire.Cut) as error:
        return _rehearsal(peer, trouble=_said(error))


def _rehearsal(peer: Peer, found: Any = None, trouble: str = "") -> str:
    return render_template("rehearsal.html", peer=peer, found=found, trouble=trouble, becomes=BECOMES)


def _said(error: Exception) -> str:
    if isinstance(error, PeerTrouble):
        return str(gettext("The peer cannot be reached, or its line broke. Nothing was changed here; try again."))
    return hindrance.of(error).told(current())


# -- all ------------------------------------------------------------------------------------------------------------


def _word() -> str:
    word = " ".join(request.form.get("word", "").split())
    if not 0 < len(word) <= LONGEST_WORD:
        raise Refused("A reason is needed", where="word", mend="Write 1 to 200 letters, such as: they told us of it")
    return word
