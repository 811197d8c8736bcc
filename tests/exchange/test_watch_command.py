"""`banding audit`, `banding held` and `banding sync --dry-run`, as a person or a program types them."""

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from exchange import command, watch_command
from exchange.log import publish
from tests.exchange.forms import Pair
from tests.together.kit import banding, pull, reach, settle, withdraw, write
from tests.together.rot import rot

Type = Callable[..., Result]


@pytest.fixture
def pair(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Two nodes that are peers; what is typed is typed at the second."""
    monkeypatch.setattr(publish, "BATCH", 10)
    _, shp, network = pair
    for module in (command, watch_command):
        monkeypatch.setattr(module, "opened", lambda: shp.station)
        monkeypatch.setattr(module, "connect", lambda _node: reach(shp, network))
    return pair


@pytest.fixture
def typed() -> Type:
    """What the program answers to a line."""

    def deed(*words: str) -> Result:
        found: dict[str, click.Command] = {one.name or "": one for one in command.commands}
        return CliRunner().invoke(found[words[0]], words[1:])

    return deed


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_an_audit_says_what_differs_and_why(pair: Pair, typed: Type) -> None:
    khg, shp, network = pair
    write(khg, banding(), banding("XC 000002"))
    settle(network)
    assert "1 blocks compared, 0 differences" in typed("audit").stdout
    rot(shp, khg.node.publisher.log, 1, "text")
    result = typed("audit", "AM-KHG", "--json")
    assert result.exit_code == 0
    (one,) = told(result)
    assert (one["found"], one["unexplained"]) == (1, 0)
    assert one["differences"][0]["verdict"] == "healed"
    rot(khg, khg.node.publisher.log, 1, "text")
    result = typed("audit", "AM-KHG")
    assert (result.exit_code, "damaged. Stored bytes have rotted at the peer" in result.stdout) == (2, True)
    network.down = True
    result = typed("audit")
    assert (result.exit_code, "cannot be reached" in result.stdout) == (2, True)


def test_the_own_store_is_proven_and_what_has_rotted_is_fetched(pair: Pair, typed: Type) -> None:
    khg, shp, network = pair
    write(khg, *(banding(f"XC {at:06}") for at in range(15)))
    settle(network)
    assert "2 batches proven, 0 damaged, 0 not healed" in typed("audit", "--own").stdout
    rot(shp, khg.node.publisher.log, 12, "row")
    network.down = True
    result = typed("audit", "--own", "--json")
    assert result.exit_code == 2
    assert told(result)["left"] == [{"log": khg.node.publisher.log, "first": 11, "entries": 1, "numbers": [12]}]
    network.down = False
    assert "2 batches proven, 1 damaged, 0 not healed" in typed("audit", "--own").stdout


def test_what_waits_is_listed_and_let_go_with_a_reason(pair: Pair, typed: Type) -> None:
    khg, shp, network = pair
    assert "No log waits" in typed("held").stdout
    uuids = write(khg, *(banding(f"XC {at:06}") for at in range(30)))
    pull(shp, khg, network)
    for uuid in uuids:
        withdraw(khg, uuid)
    pull(shp, khg, network)
    log = khg.node.publisher.log
    assert f"{log} from 51 on: 30 of 30 records would change; AM-KHG" in typed("held").stdout
    assert told(typed("held", "--json"))[0]["changed"] == 30
    assert typed("held", log, "--release").exit_code != 0
    assert typed("held", log, "--release", "--reason", "They told us").exit_code == 0
    assert pull(shp, khg, network).taken.waiting == ()
    assert typed("held", log, "--release", "--reason", "again").exit_code != 0


def test_a_dry_run_tells_a_program_what_would_become_of_each_entry(pair: Pair, typed: Type) -> None:
    khg, shp, network = pair
    write(khg, banding())
    (one,) = told(typed("sync", "--dry-run", "--json"))
    assert (one["tried"]["new"], one["it_lacks"], one["trouble"]) == (1, {}, None)
    assert khg.node.publisher.log not in shp.node.ledger.have()
    network.down = True
    assert typed("sync", "--dry-run").exit_code == 2
