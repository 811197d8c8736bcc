"""The two nodes of the demonstration: their folders, settings, people, season, and trust in each other."""

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from argon2 import PasswordHasher

from banding import settings
from banding.errors import Refused, SettingsTrouble
from banding.settings import Settings
from banding.spoken import filled
from banding.station import Station
from banding.store import Store
from banding.web.invitations import add_account
from exchange.node import ExchangeNode
from exchange.peering import add_peer
from schemas.codes import table
from seed import season

CODES = ("AM-KHG", "HL-SHP")
LANGUAGES = {"AM-KHG": "ru", "HL-SHP": "zh"}
PORTS = "8081,8082"
SYNC_SECONDS = 3
MADE, LOGINS = "made.json", "logins.json"


def ports(environment: Mapping[str, str] = os.environ) -> tuple[int, ...]:
    """The port of each node, from BANDING_DEMO_PORTS. Raises SettingsTrouble."""
    text = environment.get("BANDING_DEMO_PORTS") or PORTS
    parts = [part.strip() for part in text.replace(" ", ",").split(",") if part.strip()]
    found = {int(part) for part in parts if part.isdecimal() and 0 < int(part) < 65536}
    if len(parts) != len(CODES) or len(found) != len(CODES):
        raise SettingsTrouble(
            filled("%(text)r does not name two ports", text=text), where="BANDING_DEMO_PORTS",
            mend=filled("Write it like %(ports)s", ports=PORTS),
        )  # fmt: skip
    return tuple(int(part) for part in parts)


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the demonstration keeps its nodes; var/demo unless BANDING_DEMO_HOME is set."""
    return Path(environment.get("BANDING_DEMO_HOME") or Path("var") / "demo")


def ready(home: Path, at: tuple[int, ...], *, size: int = season.SIZE, today: date | None = None) -> list[Settings]:
    """The settings of both nodes, made now or found as they were left; only ports and addresses are set anew.

    Nodes of another version of the season, or half made, are removed first. Raises BandingError and OSError.
    """
    if not _is_current(home, size):
        _remove(home)
    nodes = [_settings(home, code, port) for code, port in zip(CODES, at, strict=True)]
    passwords = logins(home)
    with contextlib.ExitStack() as open_nodes:
        stations = [open_nodes.enter_context(_opened(one)) for one in nodes]
        for station in stations:
            _people(station, passwords)
            season.load(station, size, today=today)
        introduce(*stations)
    (home / MADE).write_text(json.dumps(_mark(size)) + "\n", encoding="utf-8")
    return nodes


def logins(home: Path) -> dict[str, str]:
    """Name and password of one person for each role: random, made once, for the owner's eyes only."""
    path = home / LOGINS
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        made = {role: secrets.token_urlsafe(9) for role in table("role").codes}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(made, file, indent=2)
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def introduce(first: Station, second: Station) -> None:
    """Make the two trust each other's keys and know each other's addresses."""
    one, other = ExchangeNode.open(first), ExchangeNode.open(second)
    for mine, theirs in ((one, other), (other, one)):
        add_peer(mine, theirs.code, theirs.station.settings.public_url, theirs.key.public)


def _settings(home: Path, code: str, port: int) -> Settings:
    node = replace(settings.station_node(code), names=dict(settings.station_node(code).names))
    made = Settings(
        home=home / code, node=node, language=LANGUAGES[code], port=port, sync_seconds=SYNC_SECONDS,
        public_url=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    settings.save(made)
    return made


@contextlib.contextmanager
def _opened(of: Settings) -> Iterator[Station]:
    station = Station.open(of)
    try:
        yield station
    finally:
        station.store.close()


def _people(station: Station, passwords: Mapping[str, str]) -> None:
    # A long random password needs no slow hash, and a quick start is worth more here.
    hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    for role, password in passwords.items():
        if station.store.accounts.by_name(role) is None:
            add_account(station, role, role, password, None, hasher=hasher)


def _mark(size: int) -> dict[str, int]:
    return {"version": season.version(), "size": size}


def _is_current(home: Path, size: int) -> bool:
    try:
        return bool(json.loads((home / MADE).read_text(encoding="utf-8")) == _mark(size))
    except (FileNotFoundError, ValueError):
        return False


def _remove(home: Path) -> None:
    """Take away what an earlier version made, and nothing else that may lie in the folder."""
    there = [home / code for code in CODES if (home / code).exists()]
    for one in there:
        _check_made_up(one)
    (home / MADE).unlink(missing_ok=True)
    (home / LOGINS).unlink(missing_ok=True)
    for one in there:
        shutil.rmtree(one)


def _check_made_up(home: Path) -> None:
    """Raises Refused when the folder holds a node's real records: nothing may ever remove those."""
    path = home / "node.sqlite"
    if not path.exists():
        return
    store = Store.open(path)
    try:
        real = store.search.tally() and not store.notes.get("demonstration")
    finally:
        store.close()
    if real:
        raise Refused(
            "This folder holds a node's own records, not a demonstration", where=str(home),
            mend="Set BANDING_DEMO_HOME to another folder",
        )  # fmt: skip
