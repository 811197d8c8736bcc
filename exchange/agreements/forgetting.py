"""Requests to forget: written when terms narrow, shown to a person where they come, carried out to the last byte."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from banding.errors import NotFound, Refused
from exchange.agreements import policy, showing
from exchange.log.agreementbook import LIVE
from exchange.log.forgetbook import ForgetBook, Told
from exchange.log.letters import NEW, Letter
from exchange.node import ExchangeNode
from exchange.talk import alarms, returns
from schemas import GROUPS

FORGOTTEN, STAYS = "forgotten", "kept"
RECORDS = range(2 * policy.LEVELS)
"""The classes of records; letters and rows of tables are never forgotten."""


# -- asking ---------------------------------------------------------------------------------------------------


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[frozenset[str], list[int]]:
    """What new terms no longer show: for each set of groups the classes; the core stands for whole entries. Pure."""
    found: dict[frozenset[str], list[int]] = {}
    for one in policy.narrower(before, after):
        # Where only returns were open, nothing else was given.
        seen = policy.returned if policy.shown(before, one) is None else policy.shown
        gone = (seen(before, one) or frozenset()) - (seen(after, one) or frozenset())
        if gone and one in RECORDS:
            found.setdefault(gone, []).append(one)
    return found


def ask(
    node: ExchangeNode, peer: str, before: Mapping[str, Any], after: Mapping[str, Any], about: str, reason: str
) -> int:
    """Ask a peer to forget what new terms no longer show; gives the number of letters. Inside a transaction."""
    letters = lost(before, after)
    for groups, classes in letters.items():
        named = [group for group in GROUPS if group in groups]
        said = {"classes": classes, "groups": named, "reason": reason}
        node.letters.write("forget", peer, about, said, at=node.at())
    return len(letters)


# -- being asked ----------------------------------------------------------------------------------------------


def came(node: ExchangeNode, letter: Letter) -> None:
    """A request came: nothing is done by itself, a person decides."""
    alarms.ring(node, "request", letter.uuid, peer=letter.sender)


def request(node: ExchangeNode, uuid: str) -> Letter:
    """A request that came and waits. Raises NotFound, Refused."""
    letter = node.letters.letter(uuid)
    if letter is None or letter.kind != "forget" or letter.sender == node.code:
        raise NotFound("There is no such request", where=uuid, mend="Look for it in the list of agreements")
    if letter.state != NEW:
        raise Refused("This request was answered already", where=uuid, mend="Look at it in the list of agreements")
    return letter


def keep(node: ExchangeNode, uuid: str, reason: str, by: str) -> None:
    """Keep what we were asked to forget, and tell the asker why. Raises NotFound, Refused."""
    if not reason.strip():
        raise Refused("A reason is needed", where="reason", mend="Say why it is kept; the asker reads it")
    with node.store.transaction():
        _answer(node, request(node, uuid), STAYS, "declined", reason, by)


class Forgetful(NamedTuple):
    """What is to go of one batch: groups by the number of the entry; the core stands for the whole entry."""

    batch_id: int
    groups: Mapping[int, frozenset[str]]
    versions: Mapping[int, int | None]


def forget(node: ExchangeNode, uuid: str, by: str) -> int:
    """Forget what a request asks for, and tell the asker; gives the number of entries. Raises NotFound, Refused.

    Belongs outside of any transaction: the log beside the file is emptied afterwards. See `exchange.talk.traces`.
    """
    with node.store.transaction():
        letter = request(node, uuid)
        found = asked(node, letter)
        give_up(node, found)
        _answer(node, letter, FORGOTTEN, "accepted", "", by)
    node.store.forgetting.settle()
    return sum(len(one.groups) for one in found)


def give_up(node: ExchangeNode, found: Iterable[Forgetful]) -> None:
    """Take what is to go out of the ledger and of the store; inside a transaction."""
    asked = list(found)
    for one in asked:
        _give_up(node, one)
    # Only now: two entries may tell of one version, and each needs its texts for the commitments.
    for one in asked:
        _take_out(node, one)
    returns.look_again(node)
    ForgetBook(node.store).let_refused_go()
    # Deliveries that wait to be posted on, and what is under way, may still hold the texts: each can be made anew.
    folder = node.station.settings.home / "parts"
    for path in [*folder.glob("to-*.delivery"), *folder.rglob("*.part")]:
        path.unlink(missing_ok=True)


def most(node: ExchangeNode, letter: Letter) -> int:
    """How many entries a request is about at most."""
    return ForgetBook(node.store).count(letter.sender, [one for one in letter.core["classes"] if one in RECORDS])


def asked(node: ExchangeNode, letter: Letter) -> list[Forgetful]:
    """What a request is about: entries of the asker's own logs, but not what its terms still open to us."""
    terms = _terms(node, letter)
    groups = frozenset(letter.core["groups"])
    told = ForgetBook(node.store).entries(letter.sender, [one for one in letter.core["classes"] if one in RECORDS])
    met = _met(node, [one for one in told if policy.returned(terms, one.entry_class)])
    found = []
    for batch_id, each in groupby(told, key=lambda one: one.batch_id):
        here = list(each)
        gone = {one.number: groups - _open(terms, one, one.version_id in met) for one in here}
        gone = {number: some for number, some in gone.items() if some}
        if gone:
            found.append(Forgetful(batch_id, gone, {one.number: one.version_id for one in here}))
    return found


def _terms(node: ExchangeNode, letter: Letter) -> Mapping[str, Any]:
    """The terms for which we are asked; none at all where their agreement has ended."""
    agreement = node.agreements.one(letter.about)
    is_live = agreement is not None and agreement.state in LIVE and agreement.peer == letter.sender
    return agreement.gives(letter.sender) if agreement is not None and is_live else policy.CLOSED


def _open(terms: Mapping[str, Any], one: Told, is_met: bool) -> frozenset[str]:
    return (policy.returned if is_met else policy.shown)(terms, one.entry_class) or frozenset()


def _met(node: ExchangeNode, told: Iterable[Told]) -> set[int]:
    """The versions among these that tell of birds which this node has met itself."""
    versions = [one.version_id for one in told if one.version_id is not None]
    stories = node.store.met.stories(node.store.met.birds(versions))
    ours = (story for story in stories if any(t.node == node.code for t in node.openings.telling(story)))
    return {version for story in ours for version in story}


def _give_up(node: ExchangeNode, one: Forgetful) -> None:
    """In the ledger: commitments for texts, and nodes of the tree for whole entries."""
    held, book = node.shelf.batch(one.batch_id), ForgetBook(node.store)
    assert held is not None
    partly = [number for number, groups in one.groups.items() if "core" not in groups]
    entries = node.shelf.entries(held, partly) if partly else []
    book.withhold(held.log_id, [entry.without(sorted(one.groups[entry.number])) for entry in entries])
    if whole := one.groups.keys() - set(partly):
        stay = [fact.number for fact in held.facts if fact.number not in whole]
        span = range(held.first, held.first + held.count)
        book.close(held.log_id, span, sorted(whole), showing.closed(held, stay))
    node.ledger.grew(one.batch_id)


def _take_out(node: ExchangeNode, one: Forgetful) -> None:
    """In the store: the texts themselves."""
    by_groups: dict[frozenset[str], list[int]] = {}
    for number, groups in one.groups.items():
        if (version := one.versions[number]) is not None:
            by_groups.setdefault(groups, []).append(version)
    for groups, versions in by_groups.items():
        if "core" in groups:
            node.store.forgetting.whole(versions)
        else:
            node.store.forgetting.groups(versions, groups)


def _answer(node: ExchangeNode, letter: Letter, state: str, verdict: str, reason: str, by: str) -> None:
    node.letters.mark(letter, state)
    said = {"verdict": verdict, "reason": reason}
    node.letters.write("verdict", letter.sender, letter.uuid, said, at=node.at())
    alarms.settle(node, "request", letter.uuid, by)
