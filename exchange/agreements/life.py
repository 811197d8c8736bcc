"""The life of an agreement: drafted, signed by both, in force on its first day, and ended by its last or by either."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from banding.errors import NotFound, Refused
from exchange.agreements import documents, forgetting, opening, policy
from exchange.log import agreementbook, wire
from exchange.log.agreementbook import (
    ASKED,
    DECLINED,
    DRAFT,
    ENDED,
    IN_FORCE,
    LAPSED,
    LIVE,
    OFFERED,
    REPLACED,
    SIGNED,
    Signed,
    Step,
)
from exchange.log.letters import DONE, Letter
from exchange.node import ExchangeNode
from exchange.talk import alarms

ALARM = "agreement"
QUOTED = 1000
"""Of a text that is no agreement of ours so much goes back to its sender, who has the rest."""


# -- what people do -------------------------------------------------------------------------------------------


def draft(node: ExchangeNode, peer: str, document: Mapping[str, Any], by: str) -> str:
    """Keep a draft with a peer; gives its digest. Raises Unfit."""
    text = documents.write(document)
    _, wrong = documents.read(text)
    wrong = wrong or _not_between(node, peer, document)
    if wrong:
        raise documents.Unfit(wrong)
    digest = documents.digest(text)
    with node.store.transaction():
        if node.agreements.one(digest) is None:
            node.agreements.add(digest, peer, text, DRAFT, _step(node, by, DRAFT))
    return digest


def one(node: ExchangeNode, digest: str) -> Signed:
    """An agreement. Raises NotFound."""
    found = node.agreements.one(digest)
    if found is None:
        raise NotFound("There is no such agreement", where=digest[:80], mend="Look for it in the list of agreements")
    return found


def sign(node: ExchangeNode, digest: str, by: str) -> str:
    """Sign a draft of ours, or what the other side has signed; gives the state. Raises NotFound, Refused."""
    with node.store.transaction():
        found = _in_state(node, digest, DRAFT, ASKED)
        if found.last_day < node.station.intake.today().isoformat():
            raise Refused("The last day of the agreement has passed", where=found.last_day, mend="Draft another one")
        signature = agreementbook.sign(node.key, found.text)
        state, verdict = (OFFERED, "offered") if found.state == DRAFT else (SIGNED, "signed")
        node.agreements.step(digest, state, _step(node, by, "signed"), ours=signature)
        _write(node, found, verdict, signature=wire.encode(signature))
        alarms.settle(node, ALARM, digest, by)
        _bring(node, found.peer, node.station.intake.today())
    return one(node, digest).state


def decline(node: ExchangeNode, digest: str, reason: str, by: str) -> None:
    """Decline what the other side has signed, and say why. Raises NotFound, Refused."""
    with node.store.transaction():
        found = _in_state(node, digest, ASKED)
        node.agreements.step(digest, DECLINED, _step(node, by, DECLINED, _reason(reason)))
        _write(node, found, DECLINED, reason=reason.strip())
        alarms.settle(node, ALARM, digest, by)


def end(node: ExchangeNode, digest: str, reason: str, by: str, *, forget: bool = False) -> None:
    """End an agreement from our side, at once for all that leaves from here. Raises NotFound, Refused.

    `forget` asks the other side to forget what it got under it besides.
    """
    with node.store.transaction():
        found = _in_state(node, digest, OFFERED, *LIVE)
        node.agreements.step(digest, _over(found), _step(node, by, ENDED, _reason(reason)))
        _write(node, found, ENDED, reason=reason.strip())
        if forget and found.state == IN_FORCE:
            forgetting.ask(node, found.peer, found.gives(node.code), policy.CLOSED, digest, reason.strip())
        _bring(node, found.peer, node.station.intake.today())


def drop(node: ExchangeNode, digest: str) -> None:
    """Take a draft away. Raises NotFound, Refused."""
    with node.store.transaction():
        _in_state(node, digest, DRAFT)
        node.agreements.drop(digest)


# -- what comes -----------------------------------------------------------------------------------------------


def came(node: ExchangeNode, letter: Letter) -> None:
    """A document with a signature came, or word that one is declined or ended."""
    known = node.agreements.one(letter.about)
    verdict = letter.core["verdict"]
    if verdict in ("offered", "signed"):
        _signed(node, letter, known)
    elif known is not None and known.peer == letter.sender:
        may_decline = verdict == DECLINED and known.state == OFFERED
        if may_decline or (verdict == ENDED and known.state in (ASKED, OFFERED, *LIVE)):
            step = _step(node, letter.sender, verdict, letter.core.get("reason", ""))
            node.agreements.step(known.digest, DECLINED if may_decline else _over(known), step)
            alarms.settle(node, ALARM, known.digest)
            if may_decline:
                alarms.ring(node, ALARM, known.digest, peer=known.peer, state=DECLINED)
            _bring(node, known.peer, node.station.intake.today())
    node.letters.mark(letter, DONE)


def _signed(node: ExchangeNode, letter: Letter, known: Signed | None) -> None:
    text, sender = letter.core["text"], letter.sender
    signature = wire.decode(letter.core.get("signature", ""))
    why = _unfit(node, letter.about, text, sender, signature)
    if why:
        said = {"text": text[:QUOTED], "verdict": DECLINED, "reason": why}
        node.letters.write("agreement", sender, letter.about, said, at=node.at())
        return
    step = _step(node, sender, "signed")
    if known is None:
        node.agreements.add(letter.about, sender, text, ASKED, _step(node, sender, "came"))
        node.agreements.step(letter.about, ASKED, step, theirs=signature)
        alarms.ring(node, ALARM, letter.about, peer=sender)
    elif known.theirs is None:
        state = {OFFERED: SIGNED, DRAFT: ASKED}.get(known.state, known.state)
        node.agreements.step(letter.about, state, step, theirs=signature)
        _bring(node, sender, node.station.intake.today())


def _unfit(node: ExchangeNode, digest: str, text: str, sender: str, signature: bytes) -> str:
    """Why a document that came cannot be signed here, in a sentence for the other side; '' when it can."""
    document, wrong = documents.read(text)
    # It stands in the sender's log, which is proven; a key that was changed since may have signed the text.
    keys = [key.public for key in node.keyring.chain(sender)]
    wrong = wrong or _not_between(node, sender, document)
    if wrong:
        return f"{wrong[0].field}: {wrong[0].why}"
    if documents.digest(text) != digest:
        return "The digest is not that of the text."
    if not any(agreementbook.is_signed(key, signature, text) for key in keys):
        return "The signature is not that of the sender over this text."
    return ""


def _not_between(node: ExchangeNode, peer: str, document: Mapping[str, Any]) -> list[documents.Wrong]:
    is_between = set(document["parties"]) == {node.code, peer} and node.book.peer(peer) is not None
    return [] if is_between else [documents.Wrong("parties", documents.NOT_BETWEEN)]


# -- what days bring ------------------------------------------------------------------------------------------


def look(node: ExchangeNode, today: datetime.date) -> None:
    """Put into force what begins, end what is over, by our own clock; as often as one likes."""
    with node.store.transaction():
        for peer in node.book.peers():
            _bring(node, peer.code, today)


def _bring(node: ExchangeNode, code: str, today: datetime.date) -> None:
    """Bring the agreements with one peer, and its terms, to where this day wants them."""
    day = today.isoformat()
    for over in node.agreements.of(code, LIVE):
        if over.last_day < day:
            node.agreements.step(over.digest, _over(over), _step(node, "", ENDED))
    ready = [found for found in node.agreements.of(code, LIVE) if found.first_day <= day]
    chosen = _chosen(ready)
    for other in ready:
        if chosen is not None and other.digest != chosen.digest:
            node.agreements.step(other.digest, REPLACED, _step(node, "", REPLACED))
    _put_in_force(node, code, chosen)


def _chosen(ready: Sequence[Signed]) -> Signed | None:
    """Which of several holds: both sides choose alike, whatever came first.

    None that another replaces; then the one that begins last, of two the larger digest.
    """
    replaced = {found.document.get("replaces") for found in ready}
    standing = [found for found in ready if found.digest not in replaced]
    return max(standing, key=lambda found: (found.first_day, found.digest), default=None)


def _put_in_force(node: ExchangeNode, code: str, chosen: Signed | None) -> None:
    peer = node.book.peer(code)
    if peer is None or peer.agreement == (chosen.digest if chosen else ""):
        return
    if chosen is None:
        opening.change_terms(node, code, policy.CLOSED)
        return
    terms = chosen.gives(node.code)
    if chosen.state != IN_FORCE:
        node.agreements.step(chosen.digest, IN_FORCE, _step(node, "", IN_FORCE))
    if opening.change_terms(node, code, terms, agreement=chosen.digest):
        forgetting.ask(node, code, peer.terms, terms, chosen.digest, "")


def _over(found: Signed) -> str:
    """The state of an agreement that ends now."""
    return ENDED if found.state == IN_FORCE else LAPSED


def _in_state(node: ExchangeNode, digest: str, *states: str) -> Signed:
    found = one(node, digest)
    if found.state not in states:
        raise Refused(
            "The agreement does not wait for this", where=digest[:16], why=f"It is in the state: {found.state}",
            mend="Open it anew; somebody else, or the other side, may have been faster",
        )  # fmt: skip
    return found


def _write(node: ExchangeNode, found: Signed, verdict: str, **said: str) -> None:
    core = {"text": found.text, "verdict": verdict, **said}
    node.letters.write("agreement", found.peer, found.digest, core, at=node.at())


def _step(node: ExchangeNode, by: str, deed: str, reason: str = "") -> Step:
    return Step(node.at(), by, deed, reason)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused("A reason is needed", where="reason", mend="Say why; the other side reads it")
    return text.strip()
