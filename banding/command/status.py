"""`banding status`: which node this is, what it holds, and whether its disk will last."""

import platform
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from banding.command.init import local_address
from banding.command.plain import answer, as_json, opened
from banding.spoken import gettext as _
from banding.spoken import ngettext, number
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
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    peers = found["public_url"] or _("none, this node calls them")
    sizes = {"file": _megabytes(found["file_bytes"]), "free": _megabytes(found["free_bytes"])}
    told = [
        _("records: %(counts)s; %(own)s of them written here", counts=_counts(found), own=number(found["own_records"])),
        _("accounts: %(count)s", count=found["accounts"]),
        _("language: %(language)s; zone: %(zone)s; today is %(today)s", **_texts(found, "language", "zone", "today")),
        _("address: %(address)s; for peers: %(peers)s", address=found["address"], peers=peers),
        _("folder: %(folder)s, %(file)s; free on the disk: %(free)s", folder=found["folder"], **sizes),
        _("versions: %(versions)s", versions=versions),
    ]
    made_up = f"  ({_('demonstration')})" if found["demonstration"] else ""
    lines = [f"{found['station']}  {found['name']}{made_up}", *(f"  {line}" for line in told)]
    if found["free_bytes"] < LOW_DISK:
        lines.append(_("The disk is nearly full: make room before records are lost."))
    return lines


def _counts(found: dict[str, Any]) -> str:
    return ", ".join(
        (
            ngettext("%(num)s banding", "%(num)s bandings", found["bandings"]),
            ngettext("%(num)s recovery", "%(num)s recoveries", found["recoveries"]),
            ngettext("%(num)s return", "%(num)s returns", found["returns"]),
        )
    )


def _texts(found: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: str(found[name]) for name in names}


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
    return f"{number(size // MEGABYTE)}.{size % MEGABYTE * 10 // MEGABYTE} MB"
