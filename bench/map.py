"""`python -m bench.map`: the map of 100,000 journeys, from the node's answer to the frames of a real browser."""

import argparse
import json
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import waitress
from flask import Flask

from banding.station import Station
from banding.web import create_app
from banding.web.invitations import add_account, give_key
from bench import returned
from bench.served import run

RESULTS = Path(__file__).resolve().parent / "results" / "map.json"
MANY, ROUNDS = 100_000, 5
ANSWERS = {
    "the whole": "/returns.journeys?zoom=3",
    "the basin": "/returns.journeys?zoom=6&seen=42,115,55,142",
    "a province": "/returns.journeys?zoom=8&seen=46,124,49,130",
    "a marsh": "/returns.journeys?zoom=11&seen=46.9,129,47.3,129.5",
    "a string of rings": "/returns.journeys?ring=XC+012",
}
SIZE = {"width": 1280, "height": 900}
WATCH = """() => {
    window.frames_seen = [];
    let last = performance.now();
    const next = (now) => {
        window.frames_seen.push(now - last);
        last = now;
        window.watching = requestAnimationFrame(next);
    };
    window.watching = requestAnimationFrame(next);
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.map", description=__doc__)
    parser.add_argument("--returns", type=int, default=MANY, help=f"how many returns; {MANY:,} unless said")
    parser.add_argument("--folder", type=Path, help="where the node is kept for the next time")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.folder or Path(folder), asked.returns)
    told = json.dumps(found, indent=2) + "\n"
    asked.out.write_text(told, encoding="utf-8")
    sys.stdout.write(told)
    return 0


def measure(home: Path, count: int) -> dict[str, Any]:
    """Everything, in one run, over a node with so many returns."""
    if not (home / "ready").is_file():
        returned.fill(home, count)
        (home / "ready").touch()
    station = returned.station(home)
    station.store.returns.catch_up()
    app = create_app(station, testing=True)
    headers = {"Authorization": f"Bearer {_key(station, app)}"}
    found = {
        "day": time.strftime("%Y-%m-%d"), "python": platform.python_version(), "returns": count,
        "answers": {name: answer(app, path, headers) for name, path in ANSWERS.items()},
    }  # fmt: skip
    with served(app) as address:
        found["browser"] = browse(address, headers)
    station.store.close()
    return found


def _key(station: Station, app: Flask) -> str:
    name = f"map {time.time_ns()}"
    number = add_account(station, name, "reader", "long enough to measure", hasher=app.config["PASSWORD_HASHER"])
    return give_key(station, number, "map")


def answer(app: Flask, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Milliseconds at the median and bytes of an answer, and what is drawn of it."""
    client, took, text = app.test_client(), [], ""
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        text = client.get(path, headers=headers).text
        took.append((time.perf_counter() - begun) * 1000)
    told = json.loads(text)
    drawn = "sums" if "sums" in told else "journeys"
    return {"ms": round(statistics.median(took), 1), "bytes": len(text.encode()), drawn: len(told[drawn])}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of a real server."""
    server: Any = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    end = run(server)
    yield f"http://127.0.0.1:{server.effective_port}"
    end()


def browse(address: str, headers: dict[str, str]) -> dict[str, Any]:
    """Milliseconds in Chromium: from the click to the first drawing, and from frame to frame of a dragged map."""
    # A tool of the tests, which a node does not have.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path, args = shutil.which("chromium"), ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=args)
        page = browser.new_context(viewport=SIZE, extra_http_headers=headers).new_page()
        page.goto(f"{address}/returns/map")
        page.wait_for_selector("[data-map][data-ready]")
        first = page.evaluate("performance.getEntriesByName('journeys-drawn')[0].startTime")
        page.wait_for_timeout(1000)
        found = {"first_drawing_ms": round(first), "dragged": _dragged(page)}
        for _ in range(3):
            page.locator(".leaflet-control-zoom-in").click()
            page.wait_for_timeout(1500)
        found["dragged_nearer"] = _dragged(page)
        found["said"] = page.locator("[data-map-said]").inner_text()
        browser.close()
    return found


def _dragged(page: Any) -> dict[str, float]:
    """The frames while the map is dragged to and fro, and the whole that a new place takes to be drawn."""
    box = page.locator("[data-map]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(WATCH)
    for turn in (1, -1, 1, -1):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + turn * 200, y + turn * 80, steps=25)
        page.mouse.up()
    page.wait_for_timeout(300)
    frames = sorted(page.evaluate("() => { cancelAnimationFrame(window.watching); return window.frames_seen; }"))
    return {
        "frames": len(frames), "median_ms": round(statistics.median(frames), 1),
        "p95_ms": round(frames[int(len(frames) * 0.95)], 1), "worst_ms": round(frames[-1], 1),
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
