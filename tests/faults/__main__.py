"""`python -m tests.faults`: a long round of faults, told while it goes on, and what it survived."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from banding.web import catalog
from tests.faults.figures import figures
from tests.faults.ground import ground
from tests.faults.hosts import hosts
from tests.faults.round import Plan, Round

KILLS_A_MINUTE = 17
MINUTES_A_FIRE = 5
PATIENCE = 240.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Fight one round; 0 when the law held, 1 when it was broken."""
    asked = _asked(arguments)
    console = Console(soft_wrap=True, highlight=False)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        console.print(f"{folder} is not empty: give another folder")
        return 2
    catalog.compile_all()
    plan = Plan(
        asked.seed, asked.minutes * 60, asked.kills or round(asked.minutes * KILLS_A_MINUTE),
        fires=max(1, round(asked.minutes / MINUTES_A_FIRE)), patience=PATIENCE, rest=0.5,
    )  # fmt: skip
    with ground(plain=asked.proxy) as floor, hosts(folder, floor, asked.nodes, plan.seed) as made:
        console.print(f"{floor.words}; seed {plan.seed}; {asked.nodes} nodes in {folder}")
        fought = _watched(Round(made, folder, plan), console)
        told = figures(fought)
    return _said(console, fought, told)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long it lasts; 30 unless said")
    parser.add_argument("--kills", type=int, default=0, help=f"how many kills; {KILLS_A_MINUTE} a minute unless said")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the schedule; any unless said")
    parser.add_argument("--nodes", type=int, choices=(2, 3, 4), default=3, help="3 unless said: two and a hub")
    parser.add_argument("--proxy", action="store_true", help="only loopback and the proxy, whatever the kernel has")
    parser.add_argument("--folder", type=Path, help="an empty folder for the nodes, kept afterwards")
    return parser.parse_args(arguments)


def _watched(fought: Round, console: Console) -> Round:
    """The round, with a bar for its time and a line for each incident."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[kills]} kills"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar, began = progress.add_task("round", total=fought.plan.seconds, kills=0), time.monotonic()

        def tell(line: str) -> None:
            seconds = time.monotonic() - began
            progress.update(bar, completed=min(seconds, fought.plan.seconds), kills=fought.kills)
            progress.console.print(f"{seconds:7.1f} s  {line}", markup=False)

        fought.tell = tell
        fought.run()
    return fought


def _said(console: Console, fought: Round, told: dict[str, str]) -> int:
    table = Table(title="The law is broken" if fought.broken else "What the nodes survived", show_header=False)
    for name, figure in told.items():
        table.add_row(name, figure)
    console.print(table)
    for death in fought.ledger.deaths:
        if death.marks:
            console.print(f"died with the disk of {death.host}: {', '.join(death.marks)}", markup=False)
    for line in fought.broken:
        console.print(f"  {line}", markup=False)
    if fought.broken:
        console.print(f"Seed {fought.plan.seed}; the nodes and what they said are in {fought.folder}")
    return int(bool(fought.broken))


if __name__ == "__main__":
    sys.exit(main())
