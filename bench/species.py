"""`python -m bench.species`: one search of the whole species list as people type, beside a plain loop over it."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from banding.domain.species import SpeciesList
from schemas.codes import table

TYPED = (
    "e", "dfbg", "dongfangbaiguan", "Grus vipio", "emb spo", "черный журавль", "灰头", "18530", "black-faced bunting",
    "nothing like it",
)  # fmt: skip
MOST_MS = 10.0
ROUNDS = 30


def main() -> int:
    """Print the times; the exit code is 1 where a search takes longer than 10 ms."""
    rows = list(table("species").rows.values())
    species = SpeciesList(rows)
    texts = ["\n".join(row.values()).casefold() for row in rows]
    shown = Table(title=f"{len(rows)} species, the best of {ROUNDS}")
    for heading in ("typed", "ms", "ratio to a plain loop"):
        shown.add_column(heading, justify="left" if heading == "typed" else "right")
    slowest = 0.0
    for typed in TYPED:
        took, plain = best(species.search, typed), best(lambda line: [text for text in texts if line in text], typed)
        slowest = max(slowest, took)
        shown.add_row(typed, f"{took:.2f}", f"{took / plain:.0f}")
    Console(soft_wrap=True).print(shown)
    return 1 if slowest > MOST_MS else 0


def best(search: Callable[[str], object], typed: str) -> float:
    """Milliseconds of the quickest of several searches: the others waited for something else."""
    return min(_once(search, typed) for _ in range(ROUNDS))


def _once(search: Callable[[str], object], typed: str) -> float:
    start = time.perf_counter()
    search(typed)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
