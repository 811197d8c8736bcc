"""The book of agreements: each document with its signatures, its state, and what was done about it and by whom."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from exchange.log import seals
from exchange.log.keys import NodeKey
from exchange.log.onstore import OnStore

CONTEXT = b"band-exchange agreement v1\n"
DRAFT, OFFERED, ASKED, SIGNED, IN_FORCE = "draft", "offered", "asked", "signed", "in-force"
DECLINED, REPLACED, ENDED, LAPSED = "declined", "replaced", "ended", "lapsed"
"""Lapsed is what ended before it was in force: with it nothing ends that had begun to leave."""
LIVE = (SIGNED, IN_FORCE)
"""States in which both have signed and neither has ended it."""
COLUMNS = "digest, peer, text, ours, theirs, state, at, by, history"


class Step(NamedTuple):
    """Something that was done about an agreement: `by` is the person here, or the code of the other node."""

    at: str
    by: str
    deed: str
    reason: str


class Signed(NamedTuple):
    """An agreement, or the draft of one; `ours` and `theirs` are Ed25519 signatures over its exact text."""

    digest: str
    peer: str
    text: str
    ours: bytes | None
    theirs: bytes | None
    state: str
    at: str
    by: str | None
    history: Sequence[Step]

    @property
    def document(self) -> dict[str, Any]:
        """What the text says."""
        return dict(json.loads(self.text))

    def gives(self, code: str) -> Mapping[str, Any]:
        """The terms for what a party gives."""
        found: Mapping[str, Any] = self.document["gives"][code]
        return found

    @property
    def first_day(self) -> str:
        """The first day on which it holds."""
        return str(self.document["valid_from"])

    @property
    def last_day(self) -> str:
        """The last day on which it holds; behind every day where there is none."""
        return str(self.document.get("valid_until", "9999-12-31"))


class AgreementBook(OnStore):
    """The table of agreements. Every deed belongs inside `store.transaction()`."""

    def one(self, digest: str) -> Signed | None:
        """One agreement by the digest of its text."""
        found = self._where("digest = ?", [digest])
        return found[0] if found else None

    def of(self, peer: str = "", states: Sequence[str] = ()) -> list[Signed]:
        """The agreements with a peer, or with all, perhaps in some states only; the newest first."""
        where = "? in ('', peer) and (? = '[]' or state in (select value from json_each(?))) order by id desc"
        asked = json.dumps(list(states))
        return self._where(where, [peer, asked, asked])

    def add(self, digest: str, peer: str, text: str, state: str, step: Step) -> None:
        """Write down a draft, or a document that came."""
        self._run(
            "insert into exchange_agreements(digest, peer, text, state, at, by, history) values (?, ?, ?, ?, ?, ?, ?)",
            [digest, peer, text, state, step.at, step.by, json.dumps([step], ensure_ascii=False)],
        )

    def step(self, digest: str, state: str, step: Step, **signatures: bytes) -> None:
        """Bring an agreement into a state, perhaps with a signature: `ours` or `theirs`."""
        names = "".join(f"{name} = ?, " for name in signatures)
        self._run(
            f"update exchange_agreements set {names}state = ?, at = ?, by = ?,"
            " history = json_insert(history, '$[#]', json(?)) where digest = ?",
            [*signatures.values(), state, step.at, step.by, json.dumps(step, ensure_ascii=False), digest],
        )

    def drop(self, digest: str) -> None:
        """Take a draft away."""
        self._run("delete from exchange_agreements where digest = ? and state = ?", [digest, DRAFT])

    def _where(self, where: str, values: Sequence[Any]) -> list[Signed]:
        rows = self._run(f"select {COLUMNS} from exchange_agreements where {where}", values).fetchall()
        return [Signed._make([*row[:8], [Step(*step) for step in json.loads(row[8])]]) for row in rows]


def sign(key: NodeKey, text: str) -> bytes:
    """Our signature over the exact text of an agreement."""
    return seals.sign(key.private, text.encode(), CONTEXT)


def is_signed(public_key: bytes, signature: bytes, text: str) -> bool:
    """Whether the holder of a key has signed this very text."""
    return seals.is_signed(public_key, signature, text.encode(), CONTEXT)
