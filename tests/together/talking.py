"""How four nodes talk: on the line, over one that breaks, while the power fails, twice, and by what is carried."""

import contextlib
import tempfile
from pathlib import Path

import requests
from hypothesis import strategies as st
from hypothesis.stateful import rule

from banding.errors import BandingError
from exchange.talk import audit, packing, unpacking
from exchange.talk.packing import Packing
from exchange.talk.unpacking import Source
from tests.together.kit import WsgiAdapter, pull, reach, reopen
from tests.together.mishaps import POINTS, power_cut
from tests.together.stories import CODES, Writing

LINES = ((0, 1), (1, 2), (2, 3), (0, 3))
"""A station, its hub, the hub abroad and the zapovednik there; and a line straight from the one to the other."""
CALLS = st.sampled_from([*LINES, *(pair[::-1] for pair in LINES)])


class Talking(Writing):
    """Before and after each word the law hears what may go each way."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="four-"))
        self.bundles: list[tuple[int, Path, set[str]]] = []
        self.asked: list[requests.PreparedRequest] = []

    def visit(self, pair: tuple[int, int], *, posts: bool = False) -> str:
        """One node calls another; the law hears before and after what may go each way."""
        caller, other = self.town(pair[0]), self.town(pair[1])
        ways = [(other, caller.code)] + ([(caller, other.code)] if posts else [])
        caller.node.book.note(other.code, posts=int(posts))
        for giver, taker in ways:
            self.law.goes(giver, taker)
        try:
            trouble = pull(caller, other, self.network).trouble
            if not trouble:
                audit.after_sync(caller.node, other.code, reach(caller, self.network))
            return trouble
        finally:
            for giver, taker in ways:
                self.law.goes(giver, taker)

    @rule(pair=CALLS, posts=st.booleans(), times=st.integers(1, 2))
    def call(self, pair: tuple[int, int], posts: bool, times: int) -> None:
        """The second time brings nothing."""
        for _ in range(times):
            trouble = self.visit(pair, posts=posts)
            assert not trouble, (pair, trouble)

    @rule(pair=CALLS, posts=st.booleans(), after=st.integers(0, 6000), silent=st.booleans())
    def call_over_a_line_that_breaks(self, pair: tuple[int, int], posts: bool, after: int, silent: bool) -> None:
        self.network.cut_after, self.network.silent = after, silent
        try:
            self.visit(pair, posts=posts)
        finally:
            self.network.cut_after, self.network.silent = None, False

    @rule(pair=CALLS, point=st.sampled_from(sorted(POINTS)), calls=st.integers(0, 3), after=st.booleans(),
          posts=st.booleans())  # fmt: skip
    def call_while_the_power_fails(
        self, pair: tuple[int, int], point: str, calls: int, after: bool, posts: bool
    ) -> None:
        """Whatever was under way is rolled back as a whole; both begin anew."""
        with power_cut(point, calls, after=after):
            self.visit(pair, posts=posts)
        for at in pair:
            self.network.add(reopen(self.town(at)))

    @rule(which=st.integers(0, 99))
    def ask_once_more(self, which: int) -> None:
        """A request that was heard before comes again, as it was."""
        if self.asked:
            WsgiAdapter(self.network).send(self.asked[which % len(self.asked)]).close()

    @rule(pair=CALLS, from_beginning=st.booleans(), size=st.sampled_from([500, 5000]))
    def pack(self, pair: tuple[int, int], from_beginning: bool, size: int) -> None:
        giver, taker = self.town(pair[0]), CODES[pair[1]]
        words = self.law.gives(giver, taker)
        packing_ = Packing(giver.node, taker, from_beginning=from_beginning)
        target = self.folder / f"bundle-{next(self.numbers)}"
        with contextlib.suppress(BandingError):
            files = packing_.write(target, max(size, packing.LABEL_BYTES + size)).files
            self.bundles += [(pair[1], path, words | self.law.gives(giver, taker)) for path in files]

    @rule(picks=st.lists(st.integers(0, 99), min_size=1, max_size=4))
    def unpack(self, picks: list[int]) -> None:
        """Parts of any bundles, in any order, as often as one likes."""
        for pick in picks if self.bundles else ():
            to, path, words = self.bundles[pick % len(self.bundles)]
            self.law.may.setdefault(CODES[to], set()).update(words)
            unpacking.read(self.town(to).node, [Source(path.name, path.read_bytes)])
