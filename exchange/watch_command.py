"""What a person types to see whether all has crossed: `banding audit`, `banding held`, and `sync --dry-run`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from banding.command.plain import answer, as_json, opened
from banding.errors import BandingError, Refused
from banding.spoken import N_, language, number, sentences
from banding.spoken import gettext as _
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import audit as auditing
from exchange.talk import brake, hindrance, rehearsal, scrub, words
from exchange.talk.comparing import ASKED, DAMAGED, EXPLAINED, HEALED, OPEN, WHY, Audit
from exchange.talk.hindrance import Hindrance
from exchange.talk.peer import PeerClient
from exchange.talk.rehearsal import Rehearsal
from exchange.talk.schedule import connect

SHOWN = 20
COME = {
    "new": N_("%(count)s new"), "corrections": N_("%(count)s corrections"),
    "withdrawals": N_("%(count)s withdrawals"), "letters": N_("%(count)s letters"),
    "known": N_("%(count)s known"), "fuller": N_("%(count)s fuller"), "aside": N_("%(count)s aside"),
    "refused": N_("%(count)s refused"),
}  # fmt: skip

# -- rehearsal ------------------------------------------------------------------------------------------------


def rehearse(node: ExchangeNode, codes: Sequence[str], reach: Callable[[Peer], PeerClient], *, as_json: bool) -> None:
    """Say of each peer what a sync would bring and take. Ends with 2 where one cannot be reached."""
    found = [(code, *_rehearsed(node, code, reach)) for code in codes]
    if as_json:
        answer([_rehearsal_facts(code, one, trouble) for code, one, trouble in found])
    else:
        for code, one, trouble in found:
            click.echo(f"{code}: {_told(trouble)}" if one is None else "\n".join(_rehearsal_lines(one)))
        if not found:
            click.echo(_("This node has no peers yet: `banding peers add ADDRESS`"))
    if any(one is None for _code, one, _trouble in found):
        raise SystemExit(2)


def _rehearsed(
    node: ExchangeNode, code: str, reach: Callable[[Peer], PeerClient]
) -> tuple[Rehearsal | None, Hindrance | None]:
    peer = node.reachable(code, mend="See `banding peers`")
    try:
        return rehearsal.rehearse(node, peer, reach(peer)), None
    except (BandingError, Inauthentic, wire.Cut) as trouble:
        return None, hindrance.of(trouble)


def _told(trouble: Hindrance | None) -> str:
    return trouble.told(language()) if trouble else ""


def _rehearsal_facts(code: str, one: Rehearsal | None, trouble: Hindrance | None) -> dict[str, Any]:
    if one is None:
        return {"peer": code, "trouble": str(trouble)}
    aside = [{"log": w.log, "number": w.number, "why": [f.code for f in w.reasons]} for w in one.aside]
    return {
        "peer": code, "would_come": one.missing, "tried": dict(one.come), "conflicts": one.conflicts,
        "forks": one.forks, "held": one.held, "waits": one.waits, "strange": one.strange, "frozen": one.frozen,
        "aside": aside, "it_lacks": one.lacks, "would_show": dict(one.goes), "would_stay_closed": one.closed,
        "more": one.more, "bytes": one.bytes, "trouble": None,
    }  # fmt: skip


def _rehearsal_lines(one: Rehearsal) -> list[str]:
    missing = (_("%(count)s of %(log)s", count=number(count), log=log) for log, count in one.missing.items())
    come = ", ".join(missing) or _("nothing")
    first = _(
        "would bring %(come)s; it lacks %(lacks)s of ours. Nothing was changed.", come=come, lacks=number(one.sent)
    )
    return [f"{one.peer}: {first}", *(f"  {line}" for line in (*_would_come(one), *_would_go(one)))]


def _would_come(one: Rehearsal) -> Iterator[str]:
    told = ", ".join(_(COME[kind], count=number(one.come[kind])) for kind in rehearsal.KINDS if one.come[kind])
    if told:
        yield _("what came: %(told)s", told=told)
    for code, count in one.conflicts.items():
        yield _("the rules would say %(code)s %(count)s times", code=code, count=number(count))
    if one.forks:
        yield _("%(count)s records would have two versions", count=number(one.forks))
    for waiting in one.aside[:SHOWN]:
        entry, why = f"{waiting.log} {waiting.number}", ", ".join(reason.code for reason in waiting.reasons)
        yield _("%(entry)s would be set aside: %(why)s", entry=entry, why=why)
    yield from (
        _("nothing of %(log)s would be taken: no key of its node is known here", log=log) for log in one.strange
    )
    yield from (_("%(log)s waits for a person: `banding held`", log=log) for log in one.waits)
    yield from (_("%(log)s would wait for a person: `banding held`", log=log) for log in one.held)
    yield from (_("%(log)s would be frozen: it says two things", log=log) for log in one.frozen)


def _would_go(one: Rehearsal) -> Iterator[str]:
    if one.goes:
        yield _("would go: %(groups)s", groups=", ".join(f"{n} {group}" for group, n in one.goes.items()))
    if one.closed:
        yield _("%(count)s entries would stay closed to it", count=number(one.closed))
    if one.more:
        yield _("There is more; only the first of it was tried.")


# -- audit ----------------------------------------------------------------------------------------------------


VERDICTS = {
    HEALED: N_("healed"), ASKED: N_("asked"), OPEN: N_("open"), EXPLAINED: N_("explained"), DAMAGED: N_("damaged"),
}  # fmt: skip


@click.command("audit")
@click.argument("peer", required=False)
@click.option("--own", is_flag=True, help="Prove every stored batch of this node, and ask no peer unless it must.")
@as_json
def audit(peer: str | None, own: bool, as_json: bool) -> None:
    """Compare what is held here with PEER, or with all peers, and heal what differs; a node does so once a week."""
    node = ExchangeNode.open(opened())
    codes = [peer] if peer else [one.code for one in node.book.peers() if one.address]
    if own:
        _scrub(node, codes, as_json=as_json)
        return
    found = [_audited(node, code) for code in codes]
    if as_json:
        answer([_facts(one) for one in found])
    for one in found if not as_json else ():
        click.echo("\n".join(_lines(one)))
    if any(one.trouble or one.unexplained for one in found):
        raise SystemExit(2)


def _audited(node: ExchangeNode, code: str) -> Audit:
    with Console(stderr=True).status(f"{code} ...") as line:

        def told(done: Audit) -> None:
            counts = {"blocks": number(done.blocks), "found": number(done.found)}
            line.update(f"{code}: {_('%(blocks)s blocks, %(found)s differences ...', **counts)}")

        return auditing.visit(node, code, connect(node), told=told)


def _facts(one: Audit) -> dict[str, Any]:
    return {
        "peer": one.peer, "blocks": one.blocks, "found": one.found, "unexplained": one.unexplained,
        "differences": [vars(each) for each in one.differences], "trouble": one.trouble or None,
    }  # fmt: skip


def _lines(one: Audit) -> list[str]:
    if one.trouble:
        return [f"{one.peer}: {_told(one.hindered)}"]
    counts = {"blocks": number(one.blocks), "found": number(one.found), "open": number(one.unexplained)}
    told = _("%(blocks)s blocks compared, %(found)s differences, %(open)s not explained", **counts)
    lines = [f"{one.peer}: {told}"]
    for each in one.differences[:SHOWN]:
        groups = f" ({', '.join(each.groups)})" if each.groups else ""
        said = sentences(VERDICTS[each.verdict], WHY[each.why], language=language())
        lines.append(f"  {each.log} {each.number}: {said}{groups}")
    more = one.found - SHOWN
    if more > 0:
        lines.append("  " + _("and %(count)s more: see the peer's page, or --json", count=number(more)))
    return lines


def _scrub(node: ExchangeNode, codes: Sequence[str], *, as_json: bool) -> None:
    """Prove everything; what has rotted is asked of the peers, one after the other."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(node.code, total=None)
        state = scrub.whole(node, lambda now: bar.update(task, total=now.total, completed=now.batches))
    rotten = state.damaged
    for code in codes:
        if scrub.state(node).damaged:
            done = auditing.visit(node, code, connect(node))
            if done.trouble and not as_json:
                click.echo(f"{code}: {_told(done.hindered)}")
    left = scrub.state(node).damaged
    if as_json:
        told = {"damaged": [one._asdict() for one in rotten], "left": [one._asdict() for one in left]}
        answer({"batches": state.batches} | told)
    else:
        counts = {"batches": number(state.batches), "rotten": number(len(rotten)), "left": number(len(left))}
        told_all = _("%(batches)s batches proven, %(rotten)s damaged, %(left)s not healed", **counts)
        click.echo(f"{node.code}: {told_all}")
        for one in left:
            entries = _("%(count)s entries", count=number(one.entries))
            click.echo(f"  {one.log} {one.first}: {entries}, {', '.join(map(str, one.numbers[:SHOWN]))}")
    if left:
        raise SystemExit(2)


# -- held -----------------------------------------------------------------------------------------------------


@click.command("held")
@click.argument("log", required=False)
@click.option("--release", is_flag=True, help="Let the log go on.")
@click.option("--reason", default="", help="Why it may go on; needed with --release.")
@as_json
def held(log: str | None, release: bool, reason: str, as_json: bool) -> None:
    """The logs that wait because they would change unusually much; LOG --release lets one go on."""
    node = ExchangeNode.open(opened())
    if release:
        if not log or not reason.strip():
            raise Refused("A log and a reason are needed", mend="Type: banding held LOG --release --reason '...'")
        brake.release(node, log, f"the terminal: {' '.join(reason.split())[:200]}")
        click.echo(_("%(log)s goes on with the next sync.", log=log))
        return
    found = [one for one in brake.waiting(node) if log in (None, one.log)]
    if as_json:
        answer([one._asdict() for one in found])
        return
    for one in found:
        since = words.moment(node, one.at)
        where = _("%(log)s from %(first)s on", log=one.log, first=one.first)
        said = _("%(changed)s of %(held)s records would change", changed=number(one.changed), held=number(one.held))
        click.echo(f"{where}: {said}; {one.peer}, {since}")
    if not found:
        click.echo(_("No log waits for a person."))
