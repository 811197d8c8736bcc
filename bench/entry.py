"""`python -m bench.entry`: what it takes to save a bird through the entry form with many records in the store."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask
import sqlite_utils
from flask import Flask
from rich.console import Console
from rich.table import Table

from banding import stock
from banding.settings import Settings, station_node
from banding.station import Station
from banding.store.sessions import FieldSession
from banding.web import create_app
from banding.web.invitations import add_account
from bench import intake, records
from bench.desks import Inside, Outside
from exchange.web import introduce

MANY, BIRDS, WARM = 1_000_000, 500, 20
STRING, STRING_LONG, USED = "ZX {:06}", 90_000, 5_000
MOST_MS = 50.0
RESULTS = Path(__file__).resolve().parent / "results" / "entry.json"
PASSWORD = "long enough for a bench"
JSON = {"Accept": "application/json"}
Send = Callable[[str, str, Mapping[str, str]], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code is 1 where more than one bird in twenty takes longer than 50 ms."""
    parser = argparse.ArgumentParser(prog="python -m bench.entry", description=__doc__)
    parser.add_argument("--records", type=int, default=MANY, help="records in the store; 1,000,000 unless said")
    parser.add_argument("--birds", type=int, default=BIRDS, help="birds that are entered each way; 500 unless said")
    parser.add_argument("--folder", type=Path, help="where the store is kept for the next time; else it is removed")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.folder or Path(folder), asked.records, asked.birds)
    show(found)
    write(asked.out, asked.records, asked.birds, found)
    return 1 if found["saved over a port"]["p95"] > MOST_MS else 0


def measure(home: Path, count: int, birds: int) -> dict[str, dict[str, float]]:
    """Milliseconds by what is done: the median, and what 95 and 99 of a hundred stay below."""
    station = opened(home / str(count), count)
    app = create_app(station)
    introduce(app, station)
    name, session = prepared(station, app)
    begin = int(stock.lots(station)[0].next.split()[1])
    try:
        inside = Inside(app, name, PASSWORD)
        found = {
            "saved within the app": timed(inside.send, "/enter/banding", session, birds, begin),
            "checked while typing": timed(inside.send, "/enter/check/banding", session, birds, begin + birds + WARM),
        }
        with_port = Outside(app, name, PASSWORD)
        try:
            found["saved over a port"] = timed(with_port.send, "/enter/banding", session, birds, begin + birds + WARM)
        finally:
            with_port.close()
        return found | {"floor": floor(station, home, birds), "peer": peer(home, session, birds)}
    finally:
        station.store.close()


# -- the node ---------------------------------------------------------------------------------------------


def opened(home: Path, count: int) -> Station:
    """A node with so many made records; one that lies there from the last time is taken as it is."""
    mark = home / "filled"
    if mark.exists():
        return Station.open(Settings(home=home, node=station_node(intake.NODE)))
    station = intake.filled(home, count)
    use_up(station)
    mark.touch()
    return station


def use_up(station: Station) -> None:
    """A long string of rings of which thousands are used, so that the next one has to be looked for."""
    told = {"scheme": "RUM", "first": STRING.format(1), "last": STRING.format(STRING_LONG), "size": "2.5"}
    stock.receive(station, told | {"received_on": "2015-01-01"}, None)
    drafts = islice((one for one in records.drafts(2 * USED, seed=7) if one.record["core"]["kind"] == "banding"), USED)
    renamed = (
        replace(draft, record={**draft.record, "core": draft.record["core"] | {"ring": STRING.format(number)}})
        for number, draft in enumerate(drafts, 1)
    )
    station.store.records.keep([intake.version(draft) for draft in renamed], "2024-06-01T00:00:00+00:00")


def prepared(station: Station, app: Flask) -> tuple[str, str]:
    """An operator and an open field session: the name of the one, the id of the other."""
    name = f"operator {time.time_ns()}"
    with app.app_context():
        number = add_account(station, name, "operator", PASSWORD, "en", hasher=app.config["PASSWORD_HASHER"])
    session = FieldSession(name, number, "2024-05-01T00:00:00+00:00", None, {"core.day": "2024-05-01"}, "1")
    station.store.sessions.open(session)
    return name, session.id


def forms(session: str, birds: int, begin: int) -> Iterator[dict[str, str]]:
    """What the form sends for one bird after another, with the rings of the string from a number on."""
    run = time.time_ns()
    for number, draft in zip(range(birds), records.drafts(10 * birds, seed=run), strict=False):
        core, measured = draft.record["core"], draft.record["measurements"]
        texts = {f"core.{name}": core[name] for name in ("scheme", "species", "sex", "age", "status", "place_code")}
        more = {
            "core.ring": STRING.format(begin + number), "core.day": "2024-05-01",
            "core.time": core["time"], "core.ring_information": "2", "core.catching_method": "M",
            "core.condition": "8", "core.circumstances": "20", "place.typed": "49.01694, 130.44694",
            "people.ringer": "A. Made", "remarks.text": f"Net {number % 40}.", "session": session,
            "submission": f"{run} {number}",
        }  # fmt: skip
        yield texts | {f"measurements.{name}": f"{value}" for name, value in measured.items()} | more


def timed(send: Send, path: str, session: str, birds: int, begin: int) -> dict[str, float]:
    """Each bird sent and its answer read, one after the other."""
    took, worked = [], []
    for number, form in enumerate(forms(session, birds + WARM, begin)):
        body = urlencode(form)
        start, worked_before = time.perf_counter(), time.process_time()
        status = send(path, body, JSON)
        if number >= WARM:
            took.append((time.perf_counter() - start) * 1000)
            worked.append((time.process_time() - worked_before) * 1000)
        assert status in {200, 201}, (status, form)
    # On a busy machine most of the time is spent waiting for a turn; the processor's own time tells what is ours.
    return shares(took) | {"processor_p95": shares(worked)["p95"]}


def shares(took: Sequence[float]) -> dict[str, float]:
    """The median, 95 and 99 of a hundred, in milliseconds."""
    ranked = sorted(took)
    return {name: ranked[min(len(ranked) - 1, int(len(ranked) * part))]
            for name, part in (("median", 0.5), ("p95", 0.95), ("p99", 0.99))}  # fmt: skip


# -- what it is measured against --------------------------------------------------------------------------


def floor(station: Station, home: Path, birds: int) -> dict[str, float]:
    """The bytes of each record that was saved, as one bare row and one commit in an empty file, as safely kept."""
    asked = "select core || coalesce(place, '') || coalesce(measurements, '') from versions order by id desc limit ?"
    texts = station.store.records._connections.here().execute(asked, [birds]).fetchall()
    file = home / f"floor {time.time_ns()}.db"
    line = sqlite3.connect(file, isolation_level=None)
    line.execute("pragma journal_mode = wal")
    line.execute("pragma synchronous = full")
    line.execute("create table rows (id integer primary key, text)")
    took = []
    for (text,) in texts:
        start = time.perf_counter()
        line.execute("begin immediate")
        line.execute("insert into rows(text) values (?)", [text])
        line.execute("commit")
        took.append((time.perf_counter() - start) * 1000)
    line.close()
    file.unlink()
    return shares(took)


def peer(home: Path, session: str, birds: int) -> dict[str, float]:
    """The same forms taken by a Flask page that inserts them with sqlite-utils: no rules, no history, no log."""
    file = home / f"peer {time.time_ns()}.db"
    app, database = Flask("peer"), sqlite_utils.Database(sqlite3.connect(file, check_same_thread=False))
    database.enable_wal()
    database.execute("pragma synchronous = full")

    @app.post("/enter/banding")
    def enter() -> tuple[Any, int]:
        with database.conn:
            row = database.table("birds").insert(dict(flask.request.form), pk="submission", alter=True)
        return flask.jsonify({"id": row.last_pk}), 201

    client, sort = app.test_client(), {"Content-Type": "application/x-www-form-urlencoded"}

    def send(path: str, body: str, headers: Mapping[str, str]) -> int:
        return client.post(path, data=body, headers={**sort, **headers}).status_code

    found = timed(send, "/enter/banding", session, birds, 1)
    database.close()
    file.unlink()
    return found


def show(found: Mapping[str, Mapping[str, float]]) -> None:
    """Print a line for each."""
    table = Table(title="milliseconds a bird")
    for heading in ("what", "median", "95 %", "99 %", "95 %, processor"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for name, one in found.items():
        parts = (one.get(part) for part in ("median", "p95", "p99", "processor_p95"))
        table.add_row(name, *("" if part is None else f"{part:.1f}" for part in parts))
    Console(soft_wrap=True).print(table)


def write(file: Path, count: int, birds: int, found: Mapping[str, Mapping[str, float]]) -> None:
    """Write the figures with what they were measured on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "day": time.strftime("%Y-%m-%d"), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "machine": platform.machine(), "load": round(os.getloadavg()[0], 1), "records": count, "birds": birds,
        "milliseconds": {name: {part: round(ms, 2) for part, ms in one.items()} for name, one in found.items()},
    }  # fmt: skip
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
