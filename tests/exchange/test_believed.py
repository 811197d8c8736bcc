"""Who asks, as the web server sees it: a visitor cannot give himself another address, the server in front may."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import waitress

from banding.settings import Settings, station_node
from exchange.command import believed

Ask = Callable[[str], str]


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    """A real server that answers with the address that it takes the visitor for."""

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [environ["REMOTE_ADDR"].encode()]

    settings = replace(Settings(home=tmp_path, node=station_node("AM-KHG")), proxy=request.param)
    server: Any = waitress.create_server(app, host="127.0.0.1", port=0, threads=1, **believed(settings))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.effective_port}/"
    more = {"Connection": "close"}
    yield lambda told: requests.get(address, headers=more | {"X-Forwarded-For": told}, timeout=10).text
    # Only its own loop closes a line.
    while server.active_channels:
        time.sleep(0.01)
    server.close()
    thread.join(10)
    server.task_dispatcher.shutdown()


@pytest.mark.parametrize(
    ("served", "seen"),
    [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")],
    indirect=["served"],
)
def test_only_the_server_that_is_set_tells_who_asks(served: Ask, seen: str) -> None:
    assert served("203.0.113.7") == seen


@pytest.mark.parametrize("served", ["127.0.0.1"], indirect=True)
def test_of_addresses_that_a_visitor_made_up_the_last_one_counts_which_the_server_in_front_wrote(served: Ask) -> None:
    assert served("198.51.100.1, 203.0.113.7") == "203.0.113.7"
