"""`banding status`: which node this is, what it holds, and whether its disk will last."""

import platform
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from banding.command.init import local_address
from banding.command.plain import answer, as_json, counted, opened
from banding.station import Station
from banding.store.shapes import Query

MEGABYTE = 1_000_000
LOW_DISK = 500 * MEGABYTE


@click.command("status")
@as_json
def status(as_json: bool) -> None:
    """Which node this is and what it holds."""
    found = facts(opened())
    if as_json:
        answer(found)
        return
    for line in lines(found):
        click.echo(line)


def facts(station: Station) -> dict[str, Any]:
    """Everything that status says, for programs: sizes in bytes, counts of current records."""
    tally, of = station.store.search.tally(), station.settings
    return {
        "station": of.node.code, "name": of.node.name(of.language), "scheme": of.node.scheme,
        "language": of.language, "zone": of.node.zone, "today": station.intake.today().isoformat(),
        "address": local_address(of), "public_url": of.public_url, "folder": str(of.home.resolve()),
        "bandings": tally.get("banding", 0), "recoveries": tally.get("recovery", 0),
        "returns": station.store.returns.count(),
        "own_records": station.store.search.count(Query(origin=of.node.code)),
        "accounts": len(station.store.accounts.everyone()),
        "demonstration": bool(station.store.notes.get("demonstration")),
        "file_bytes": _size(station), "free_bytes": shutil.disk_usage(of.home).free,
        "versions": _versions(),
    }  # fmt: skip


def lines(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    low = found["free_bytes"] < LOW_DISK
    told = [
        f"{found['station']}  {found['name']}" + ("  (demonstration)" if found["demonstration"] else ""),
        f"  records: {counted(found['bandings'], 'banding')},"
        f" {counted(found['recoveries'], 'recovery', 'recoveries')}, {counted(found['returns'], 'return')};"
        f" {found['own_records']:,} of them written here",
        f"  accounts: {found['accounts']}",
        f"  language: {found['language']}; zone: {found['zone']}; today is {found['today']}",
        f"  address: {found['address']}; for peers: {found['public_url'] or 'none, this node calls them'}",
        f"  folder: {found['folder']}, {_megabytes(found['file_bytes'])};"
        f" free on the disk: {_megabytes(found['free_bytes'])}",
        f"  versions: {versions}",
    ]
    return [*told, "The disk is nearly full: make room before records are lost."] if low else told


def _size(station: Station) -> int:
    """The file with the log that SQLite keeps beside it."""
    path = station.settings.store
    files = (path, path.with_name(path.name + "-wal"))
    return sum(one.stat().st_size for one in files if one.exists())


def own_version() -> str:
    """The version that is installed; "unknown" in a source tree that was not installed."""
    try:
        return version("band-exchange")
    except PackageNotFoundError:
        return "unknown"


def _versions() -> dict[str, str]:
    return {"banding": own_version(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"
