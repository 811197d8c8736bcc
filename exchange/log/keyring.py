"""The keyring: which key of a node may sign which number of which of its logs, since keys change and logs stay.

A node's keys form a chain, each named by a statement of the one before. Validity is told by numbers in logs and
never by dates: a key that was taken from a node cannot sign behind its end, whatever a clock says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import orjson

from banding.errors import Refused
from exchange.log import links, seals, wire
from exchange.log.links import Link
from exchange.log.onstore import OnStore

COLUMNS = "public_key, fingerprint, log, first, statement, signature"
SIGNATURE = 64


@dataclass(frozen=True)
class Key:
    """A key of a chain: it holds in `log` from `first` on, '' and 0 where nothing is said of its beginning.

    `signature` is that of the key before and that of this one, one behind the other; the former is left out where
    that key was lost, both where a person put the key in the place of another without a statement.
    """

    public: bytes
    fingerprint: str
    log: str = ""
    first: int = 0
    statement: str | None = None
    signature: bytes | None = None

    @cached_property
    def ends(self) -> dict[str, int | None]:
        """Logs that had ended before this key, with the last number that an earlier one may have signed."""
        return dict(orjson.loads(self.statement)["ends"]) if self.statement else {}


class Keyring(OnStore):
    """The tables of keys. Every deed belongs inside `store.transaction()`."""

    # -- which key holds ----------------------------------------------------------------------------------

    def key_for(self, log: str, first: int, fingerprint: str, count: int = 1) -> bytes | None:
        """The key (32 raw bytes) of this fingerprint, if it may sign `count` entries of a log from a number on."""
        chain = self.chain(log.rpartition(".")[0])
        place = self._holder(chain, log, first) if chain else 0
        if not chain or chain[place].fingerprint != fingerprint:
            return None
        end = _end(chain, place, log)
        return chain[place].public if end is None or first + count - 1 <= end else None

    def _holder(self, chain: Sequence[Key], log: str, first: int) -> int:
        """The place in the chain of the key that holds at a number of a log."""
        begins = [(key.first, place) for place, key in enumerate(chain) if key.log == log]
        if begins:
            return max((place for begin, place in begins if begin <= first), default=begins[0][1] - 1)
        began = self._began(log)
        known = next((place for place, key in enumerate(chain) if key.fingerprint == began), None)
        if known is not None:
            return known
        # Never seen: a log that had ended before a key was changed was signed by a key before that.
        ended = next((place for place, key in enumerate(chain) if place and log in key.ends), len(chain))
        return ended - 1

    def _began(self, log: str) -> str | None:
        """The fingerprint of the key that signed the first batch of a log, if that is held."""
        sql = (
            "select b.header from exchange_batches b join exchange_logs l on l.id = b.log_id"
            " where l.name = ? order by b.first limit 1"
        )
        row = self._run(sql, [log]).fetchone()
        return wire.header(row[0]).key if row else None

    def chain(self, node: str) -> list[Key]:
        """The keys of a node, the oldest first and the one that is pinned last; empty for a node not known."""
        rows = self._run(f"select {COLUMNS} from exchange_keys where node = ? order by id", [node]).fetchall()
        if not rows:
            sql = "select public_key, fingerprint from exchange_nodes where code = ?"
            rows = self._run(sql, [node]).fetchall()
        return [Key(bytes(row[0]), *row[1:]) for row in rows]

    def newest(self, node: str) -> str | None:
        """The fingerprint of the key that is pinned."""
        row = self._run("select fingerprint from exchange_nodes where code = ?", [node]).fetchone()
        return row[0] if row else None

    def links(self, node: str) -> list[Link]:
        """The statements that lead to the key that is pinned, as they are told to others, the newest last."""
        chain = self.chain(node)
        found: list[Link] = []
        for before, key in reversed(list(pairwise(chain))):
            if key.statement is None or key.signature is None:
                break
            found.insert(0, Link(key.statement, key.signature[:-SIGNATURE], key.signature[-SIGNATURE:], before.public))
        return found

    # -- how it changes -----------------------------------------------------------------------------------

    def extend(self, node: str, link: Link, *, vouched: bool = False) -> bool:
        """Take the next key of a node by its statement; False when it is known already. Raises Refused.

        `vouched` says that a person has compared the new key, or that it is our own.
        """
        said = links.proven(link, node, vouched=vouched)
        chain = self.chain(node)
        if any(key.statement == link.text for key in chain):
            return False
        if not chain or chain[-1].fingerprint != said.previous or any(k.fingerprint == said.fingerprint for k in chain):
            raise Refused(
                "A key that no longer holds has named another key", where=node, why=said.fingerprint[:16],
                mend="Somebody may have taken the old key: telephone its administrator",
            )  # fmt: skip
        self._begin(node, chain)
        self._append(node, Key(said.key, said.fingerprint, said.log, said.first, link.text, link.by_old + link.by_new))
        return True

    def follow(self, node: str, fingerprint: str, told: Iterable[Link], *, vouched: bool = False) -> bool:
        """Go from the key that is pinned to another by the statements told; whether they lead there.

        Nothing is changed unless they do. Raises Refused where one of them is forged; `vouched` as in `extend`.
        """
        steps = self._steps(node, fingerprint, told)
        for link in steps:
            self.extend(node, link, vouched=vouched)
        return bool(steps)

    def leads(self, node: str, fingerprint: str, told: Iterable[Link]) -> bool:
        """Whether statements lead from the key that is pinned to another one, without going there."""
        try:
            return bool([links.proven(link, node) for link in self._steps(node, fingerprint, told)])
        except Refused:
            return False

    def _steps(self, node: str, fingerprint: str, told: Iterable[Link]) -> list[Link]:
        steps, pinned = links.leading_to(fingerprint, told), self.newest(node)
        places = [place for place, link in enumerate(steps) if seals.fingerprint(link.before) == pinned]
        return steps[places[0] :] if places else []

    def pin(self, node: str, public: bytes, told: Iterable[Link] = (), *, stolen: bool = False) -> None:
        """Pin a key that a person has compared, with the statements that lead to it; what was known stays known.

        A statement that the key before could not sign any more is believed here. Where none leads from the key
        that was pinned to this one, the old key goes on holding in logs that are held; if it was `stolen`, only as
        far as they are held. Raises Refused where a statement is forged.
        """
        chain, fingerprint = self.chain(node), seals.fingerprint(public)
        known = [key.fingerprint for key in chain]
        if fingerprint in known[:-1]:
            raise Refused("This key of the node no longer holds", where=node, why=fingerprint[:16])
        steps = links.leading_to(fingerprint, told)
        for link in steps:
            links.proven(link, node, vouched=True)
        steps = self._beginning(node, public, steps, chain, stolen=stolen)
        for link in steps:
            self.extend(node, link, vouched=True)

    def _beginning(
        self, node: str, public: bytes, steps: list[Link], chain: Sequence[Key], *, stolen: bool
    ) -> list[Link]:
        """Make the chain end where the statements begin, and give those that are still to be taken."""
        befores = [seals.fingerprint(link.before) for link in steps]
        known = [key.fingerprint for key in chain]
        if known and known[-1] in (*befores, seals.fingerprint(public)):
            return steps[befores.index(known[-1]) :] if known[-1] in befores else []
        if set(befores) & set(known):
            # They leave the chain at a key that has named another since: only the person's word leads to this one.
            steps = []
        root = steps[0].before if steps else public
        if chain:
            self._begin(node, chain)
            self._append(node, Key(root, seals.fingerprint(root), statement=self._break(node, stolen=stolen)))
        else:
            self._trust(node, root)
        return steps

    def _break(self, node: str, *, stolen: bool) -> str:
        """What is written down where a person put a key in the place of another and no statement leads there."""
        sql = "select name, head_number from exchange_logs where node = ?"
        return orjson.dumps(
            {"kind": "pinned", "ends": dict(self._run(sql, [node]).fetchall()) if stolen else {}}
        ).decode()

    def _begin(self, node: str, chain: Sequence[Key]) -> None:
        """Write down the first key of a chain, of which only the pin was known."""
        if len(chain) == 1 and not self._run("select 1 from exchange_keys where node = ?", [node]).fetchone():
            self._insert(node, chain[0])

    def _append(self, node: str, key: Key) -> None:
        self._insert(node, key)
        sql = "update exchange_nodes set public_key = ?, fingerprint = ? where code = ?"
        self._run(sql, [key.public, key.fingerprint, node])

    def _trust(self, node: str, public: bytes) -> None:
        sql = "insert into exchange_nodes(code, public_key, fingerprint) values (?, ?, ?)"
        self._run(sql, [node, public, seals.fingerprint(public)])

    def _insert(self, node: str, key: Key) -> None:
        self._run(
            f"insert into exchange_keys(node, {COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)",
            [node, key.public, key.fingerprint, key.log, key.first, key.statement, key.signature],
        )


def _end(chain: Sequence[Key], place: int, log: str) -> int | None:
    """The last number of a log that a key of the chain may sign; None where nothing limits it."""
    later = chain[place + 1 :]
    ends = [key.first - 1 if key.log == log else key.ends.get(log) for key in later]
    return min((end for end in ends if end is not None), default=None)
