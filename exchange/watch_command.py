"""What a person types to see whether all has crossed: `banding audit`, `banding held`, and `sync --dry-run`."""

from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from banding.command.plain import answer, as_json, opened
from banding.errors import BandingError, Refused
from exchange.log import wire
from exchange.log.book import Peer
from exchange.log.entries import Inauthentic
from exchange.node import ExchangeNode
from exchange.talk import audit as auditing
from exchange.talk import brake, hindrance, rehearsal, scrub, words
from exchange.talk.comparing import WHY, Audit
from exchange.talk.peer import PeerClient
from exchange.talk.rehearsal import Rehearsal
from exchange.talk.schedule import connect

SHOWN = 20

# -- rehearsal ------------------------------------------------------------------------------------------------


def rehearse(node: ExchangeNode, codes: Sequence[str], reach: Callable[[Peer], PeerClient], *, as_json: bool) -> None:
    """Say of each peer what a sync would bring and take. Ends with 2 where one cannot be reached."""
    found = [(code, *_rehearsed(node, code, reach)) for code in codes]
    if as_json:
        answer([_rehearsal_facts(code, one, trouble) for code, one, trouble in found])
    else:
        for code, one, trouble in found:
            click.echo(f"{code}: {trouble}" if one is None else "\n".join(_rehearsal_lines(one)))
        if not found:
            click.echo("This node has no peers yet: `banding peers add ADDRESS`")
    if any(one is None for _, one, _ in found):
        raise SystemExit(2)


def _rehearsed(node: ExchangeNode, code: str, reach: Callable[[Peer], PeerClient]) -> tuple[Rehearsal | None, str]:
    peer = node.peer(code)
    try:
        return rehearsal.rehearse(node, peer, reach(peer)), ""
    except (BandingError, Inauthentic, wire.Cut) as trouble:
        return None, str(hindrance.of(trouble))


def _rehearsal_facts(code: str, one: Rehearsal | None, trouble: str) -> dict[str, Any]:
    if one is None:
        return {"peer": code, "trouble": trouble}
    aside = [{"log": w.log, "number": w.number, "why": [f.code for f in w.reasons]} for w in one.aside]
    return {
        "peer": code, "would_come": one.missing, "tried": dict(one.come), "conflicts": one.conflicts,
        "forks": one.forks, "held": one.held, "frozen": one.frozen, "aside": aside, "it_lacks": one.lacks,
        "would_show": dict(one.goes), "would_stay_closed": one.closed, "more": one.more, "bytes": one.bytes,
        "trouble": None,
    }  # fmt: skip


def _rehearsal_lines(one: Rehearsal) -> list[str]:
    come = ", ".join(f"{count} of {log}" for log, count in one.missing.items()) or "nothing"
    lines = [f"{one.peer}: would bring {come}; it lacks {one.sent} of ours. Nothing was changed."]
    told = ", ".join(f"{one.come[kind]} {kind}" for kind in rehearsal.KINDS if one.come[kind])
    lines += [f"  what came: {told}"] if told else []
    lines += [f"  the rules would say {code} {count} times" for code, count in one.conflicts.items()]
    lines += [f"  {one.forks} records would have two versions"] if one.forks else []
    for waiting in one.aside[:SHOWN]:
        why = ", ".join(reason.code for reason in waiting.reasons)
        lines.append(f"  {waiting.log} {waiting.number} would be set aside: {why}")
    lines += [f"  {log} would wait for a person: `banding held`" for log in one.held]
    lines += [f"  {log} would be frozen: it says two things" for log in one.frozen]
    lines += [f"  would go: {', '.join(f'{n} {group}' for group, n in one.goes.items())}"] if one.goes else []
    lines += [f"  {one.closed} entries would stay closed to it"] if one.closed else []
    return lines + (["  There is more; only the first of it was tried."] if one.more else [])


# -- audit ----------------------------------------------------------------------------------------------------


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
            line.update(f"{code}: {done.blocks:,} blocks, {done.found:,} differences ...")

        return auditing.visit(node, code, connect(node), told=told)


def _facts(one: Audit) -> dict[str, Any]:
    return {
        "peer": one.peer, "blocks": one.blocks, "found": one.found, "unexplained": one.unexplained,
        "differences": [vars(each) for each in one.differences], "trouble": one.trouble or None,
    }  # fmt: skip


def _lines(one: Audit) -> list[str]:
    if one.trouble:
        return [f"{one.peer}: {one.trouble}"]
    lines = [f"{one.peer}: {one.blocks} blocks compared, {one.found} differences, {one.unexplained} not explained"]
    for each in one.differences[:SHOWN]:
        groups = f" ({', '.join(each.groups)})" if each.groups else ""
        lines.append(f"  {each.log} {each.number}: {each.verdict}. {WHY[each.why]}{groups}")
    more = one.found - SHOWN
    return lines + ([f"  and {more} more: see the peer's page, or --json"] if more > 0 else [])


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
                click.echo(f"{code}: {done.trouble}")
    left = scrub.state(node).damaged
    if as_json:
        told = {"damaged": [one._asdict() for one in rotten], "left": [one._asdict() for one in left]}
        answer({"batches": state.batches} | told)
    else:
        click.echo(f"{node.code}: {state.batches} batches proven, {len(rotten)} damaged, {len(left)} not healed")
        for one in left:
            click.echo(f"  {one.log} {one.first}: {one.entries} entries, {', '.join(map(str, one.numbers[:SHOWN]))}")
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
        click.echo(f"{log} goes on with the next sync.")
        return
    found = [one for one in brake.waiting(node) if log in (None, one.log)]
    if as_json:
        answer([one._asdict() for one in found])
        return
    for one in found:
        since = words.moment(node, one.at)
        said = f"{one.changed} of {one.held} records would change"
        click.echo(f"{one.log} from {one.first} on: {said}; {one.peer}, {since}")
    if not found:
        click.echo("No log waits for a person.")
