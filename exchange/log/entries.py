"""Batches and their entries as values: what is signed, and what stands on a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from exchange.log import seals


class Inauthentic(Exception):
    """Bytes that their origin did not write; `code` and `values` say why, as in the table of findings."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Header:
    """The signed head of a batch of consecutive entries of one log.

    `previous` is the hash of the header before it in the log, `root` the Merkle root over the leaves,
    `key` the fingerprint of the signing key, `schema` the version of the records' shape.
    """

    log: str
    first: int
    count: int
    previous: bytes
    root: bytes
    key: str
    schema: str

    @property
    def node(self) -> str:
        """The node whose log it is."""
        return self.log.rpartition(".")[0]


# Not frozen: a pull makes one of every entry, and that would take four times as long.
@dataclass(slots=True)
class Entry:
    """One version of one record as it stands on a line.

    `head` and `groups` are exact texts; `keys` open the salts of the groups that are here; `withheld` holds
    the commitment of each group that is not.
    """

    number: int
    head: str
    groups: Mapping[str, str]
    keys: Mapping[str, bytes]
    withheld: Mapping[str, bytes] = field(default_factory=dict)

    def leaf(self) -> bytes:
        """The entry's digest, the same whichever groups are withheld. Raises Inauthentic."""
        try:
            found = seals.commitments(self.keys, self.groups, self.withheld)
        except KeyError as missing:
            raise Inauthentic("W-head", why=f"the salt of {missing} is missing in entry {self.number}") from missing
        return seals.leaf(self.head.encode(), found)

    def without(self, closed: Sequence[str]) -> "Entry":
        """The same entry with some groups withheld, each replaced by its commitment."""
        hidden = [group for group in closed if group in self.groups]
        if not hidden:
            return self
        commitments = dict(self.withheld)
        for group in hidden:
            salt = seals.salt(self.keys, group)
            assert salt is not None
            commitments[group] = seals.commitment(salt, self.groups[group].encode())
        shown = {group: text for group, text in self.groups.items() if group not in hidden}
        # Keys of groups that the record does not have are of no use to anybody either.
        unshown = [group for group in seals.ORDER if group not in shown]
        return Entry(self.number, self.head, shown, seals.cover(self.keys, unshown), commitments)

    def check_keys(self) -> None:
        """Raise Inauthentic unless each key opens shown groups only and none stands above another.

        The leaf proves a key only by the groups that are shown under it. Any other could be made up, and would
        later be taken for the true one when a fuller copy is merged with this.
        """
        wrong = _keys_wrong(tuple(self.keys), tuple(self.withheld))
        if wrong:
            raise Inauthentic("W-head", why=f"{wrong} in entry {self.number}")


@cache
def _keys_wrong(keys: tuple[str, ...], withheld: tuple[str, ...]) -> str:
    """What is wrong with keys at these paths, '' where nothing is; remembered for the few shapes there are."""
    closed = [seals.PATHS[group] for group in withheld]
    for path in keys:
        if any(leaf.startswith(path) for leaf in closed):
            return "a key opens a withheld group"
        if path and any(path[:length] in keys for length in range(len(path))):
            return "one key stands above another"
    return ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A run of entries that are not shown at all: one node of the tree stands in for them.

    `number` is the first of them, `span` the power of two that the node covers; at the end of a batch fewer may
    be left than that.
    """

    number: int
    span: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A signed header, as the exact text its origin wrote, its entries in order, and what stands in for the rest.

    `at` is the place of the batch in the feed it was read from; it is no part of what is signed.
    """

    header: str
    signature: bytes
    entries: Sequence[Entry]
    at: int | None = None
    closed: Sequence[Closed] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A batch that is offered as a segment, to be fetched by its digest and taken up where a line was cut.

    `header` is the hash of the batch's header in hex, so that nobody fetches what it holds in full; `shown` is how many
    of its entries the segment shows. `heads`, where that is all of them, is SHA-256 in hex over their heads, each with
    a line feed behind it: so it counts as a way by which they came, though nobody fetches them.
    """

    segment: str
    bytes: int
    at: int | None
    log: str
    first: int
    count: int
    header: str
    shown: int
    heads: str = ""
