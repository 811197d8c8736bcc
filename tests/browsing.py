"""A real browser and a real server for the tests that a person could do by hand."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from waitress import wasyncore

PATIENCE = 30_000
"""Milliseconds that a test waits for what must come true: a machine may be busy with much else."""
expect.set_options(timeout=PATIENCE)

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str:
    """The path of the Chromium installed here; the test is skipped without one, or fails where one is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sentence = "No Chromium is installed here, so no page was opened: install chromium and run the test again."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium without a window."""
    path = chromium()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, headless=True, args=ARGS)
        try:
            yield found
        finally:
            found.close()


def serve(app: Flask, port: int = 0) -> tuple[int, Callable[[], None]]:
    """Serve an app on the loopback in a thread of its own; gives its port and what ends it."""
    server: Any = waitress.create_server(app, host="127.0.0.1", port=port, threads=4)
    ending = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:
            # A browser that still holds a line open: it was closed under the loop that listens to it.
            if not ending.is_set():
                raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def end() -> None:
        ending.set()
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)
        # A line that the browser still holds open would be told of as a leak in the next test.
        wasyncore.close_all(server._map, ignore_all=True)

    return int(server.effective_port), end
