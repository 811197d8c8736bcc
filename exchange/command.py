"""What the exchange adds to the terminal: `banding serve`, `sync` and the commands of the files beside this."""

import contextlib
import signal
import socket
import sys
import threading
import time
from typing import Any

import click
import waitress
from rich.console import Console

from banding import logs
from banding.command import tls
from banding.command.init import is_there, local_address, set_up
from banding.command.plain import answer, as_json, opened
from banding.command.secure import Front, greeting
from banding.errors import SettingsTrouble
from banding.settings import Settings, load
from banding.spoken import filled, language, number, speaking
from banding.spoken import gettext as _
from banding.station import Station
from banding.web import create_app
from banding.web.invitations import first_link
from banding.web.security import LARGEST_FILE, LARGEST_REQUEST
from exchange.again_command import judge_again
from exchange.agreement_command import agreements
from exchange.alarm_command import alarms
from exchange.bundling import bundle
from exchange.node import ExchangeNode
from exchange.peer_command import key, peers
from exchange.talk.report import Report
from exchange.talk.schedule import Timetable, connect
from exchange.talk.sync import sync
from exchange.watch_command import audit, held, rehearse
from exchange.web import introduce

THREADS = 8
LINES = 800
LOOK_SECONDS = 0.3


@click.command("serve")
@click.option("--setup", is_flag=True, help="Ask which station this is, if nobody has said so yet.")
@click.option("--tls", "secure", is_flag=True, help="Serve tablets of the station's network too, over TLS.")
@click.option("--tls-port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="Port for them.")
@click.option("--tls-name", multiple=True, help="One more name or address by which they reach this machine.")
def serve(setup: bool, secure: bool, tls_port: int, tls_name: tuple[str, ...]) -> None:
    """Serve the pages and keep the timetable, in one process, until Ctrl-C."""
    tell = logs.begin()
    try:
        # What programs read is English.
        with speaking("en") if logs.is_json() else contextlib.nullcontext():
            _serve_node(setup, tell, (tls_port, tls_name) if secure else None)
    except Exception as error:
        if not logs.is_json():
            raise
        logs.log.critical("%s", error, exc_info=error)
        raise SystemExit(1) from None


def _serve_node(setup: bool, tell: logs.Tell, secure: tuple[int, tuple[str, ...]] | None) -> None:
    if setup and not is_there():
        set_up(yes=not sys.stdin.isatty())
    settings = load()
    _check_port(settings)
    station = Station.open(settings)
    app = create_app(station)
    node = introduce(app, station, announce=tell)
    server: Any = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        # Whoever sends a byte at a time holds a line and nothing else; polling bears more lines than select.
        connection_limit=LINES,
        asyncore_use_poll=True,
        ident=None,
        clear_untrusted_proxy_headers=True,
        # What is sent is written to the disk before any page sees it: no more than any page takes.
        max_request_body_size=LARGEST_FILE + LARGEST_REQUEST,
        **believed(settings),
    )
    front = _in_front(server, settings, tell, *secure) if secure else None
    timetable = Timetable(node)
    timetable.start()
    _greet(station, settings, tell)
    works = app.extensions["works"]
    works.go()
    _run(server, front)
    works.stop()
    timetable.stop()
    station.store.close()
    tell(_("%(code)s has ended", code=node.code))


def believed(settings: Settings) -> dict[str, Any]:
    """What the web server believes of who asks: a server in front may say it, where one is set, and nobody else."""
    if not settings.proxy:
        return {}
    return {"trusted_proxy": settings.proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": "x-forwarded-for"}


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsTrouble(
                filled("Nobody can listen on %(at)s", at=f"{settings.host}:{settings.port}"),
                why=error.strerror or str(error),
                mend="End the other program, or set BANDING_PORT to another number",
            ) from error  # fmt: skip


def _greet(station: Station, settings: Settings, tell: logs.Tell) -> None:
    tell(f"{settings.node.code} {settings.node.name(language())}: {local_address(settings)}")
    if station.store.accounts.everyone():
        return
    if logs.is_json():
        # Whoever reads the log must not become the administrator by it.
        tell(_("Nobody has an account yet: `banding link` prints the link for the first administrator"))
        return
    link = local_address(settings).rstrip("/") + first_link(station)
    tell(_("Open this once to make the first administrator (valid for a day): %(link)s", link=link))


def _in_front(server: Any, settings: Settings, tell: logs.Tell, port: int, names: tuple[str, ...]) -> Front:
    """TLS for the devices of the station's network; the plain port stays for this machine."""
    folder = tls.Folder(settings.certificates)
    front = Front(server, folder, settings.node.code, names)
    # Whoever asks for TLS wants other devices to come in, also where the plain port is for this machine alone.
    host = "0.0.0.0" if settings.host in {"127.0.0.1", "localhost", ""} else settings.host
    greeting(folder, front.start(host, port), tell)
    return front


def _run(server: Any, front: Front | None) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished."""
    # A list, because setting an Event in a handler can wait for ever for the lock that the waiting thread holds.
    told_to_end: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _frame: told_to_end.append(number))
    worker = threading.Thread(target=_serve, args=[server, told_to_end], daemon=True, name="web")
    worker.start()
    while not told_to_end and worker.is_alive():
        time.sleep(LOOK_SECONDS)
    if front is not None:
        front.stop()
    # Not the other way round: what still answers a request would find the server's sockets closed under it.
    server.task_dispatcher.shutdown()
    server.close()


def _serve(server: Any, told_to_end: list[int]) -> None:
    try:
        server.run()
    except OSError:
        # At the end the sockets are closed under the loop that waits for them; at any other time it is a fault.
        if not told_to_end:
            raise


@click.command("sync")
@click.argument("peer", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would come and go, and change nothing.")
@as_json
def sync_now(peer: str | None, dry_run: bool, as_json: bool) -> None:
    """Sync with a peer now, or with all of them."""
    node = ExchangeNode.open(opened())
    codes = [peer] if peer else [one.code for one in node.book.peers() if one.address]
    if dry_run:
        rehearse(node, codes, connect(node), as_json=as_json)
        return
    reports = [_watched(node, code) for code in codes]
    if as_json:
        answer([_facts(report) for report in reports])
    else:
        for report in reports:
            click.echo(_line(report))
        if not reports:
            click.echo(_("This node has no peers yet: `banding peers add ADDRESS`"))
    if any(report.trouble for report in reports):
        raise SystemExit(2)


def _watched(node: ExchangeNode, code: str) -> Report:
    """One sync, with a line on the terminal that says how far it has come; none where nobody looks."""
    with Console(stderr=True).status(f"{code} ...") as line:

        def told(report: Report) -> None:
            counts = {"kept": number(report.taken.kept), "aside": number(report.taken.aside)}
            line.update(f"{report.peer}: {_('%(kept)s kept, %(aside)s set aside ...', **counts)}")

        return sync(node, code, connect(node), told=told)


def _facts(report: Report) -> dict[str, Any]:
    taken = report.taken
    return {
        "peer": report.peer, "kept": taken.kept, "known": taken.known, "completed": taken.fuller,
        "set_aside": taken.aside, "refused": taken.refused, "sent": report.sent, "bytes": report.bytes,
        "seconds": round(report.seconds, 3), "trouble": report.trouble or None,
    }  # fmt: skip


def _line(report: Report) -> str:
    if report.hindered:
        return f"{report.peer}: {report.hindered.told(language())}"
    taken, seconds = report.taken, f"{report.seconds:.1f}"
    counts = {
        "kept": taken.kept, "fuller": taken.fuller, "aside": taken.aside, "refused": taken.refused,
        "sent": report.sent, "bytes": report.bytes,
    }  # fmt: skip
    told = _(
        "%(kept)s kept, %(fuller)s completed, %(aside)s set aside, %(refused)s refused, %(sent)s posted,"
        " %(bytes)s bytes, %(seconds)s s",
        seconds=seconds, **{name: number(count) for name, count in counts.items()},
    )  # fmt: skip
    return f"{report.peer}: {told}"


commands: tuple[click.Command, ...] = (
    serve, sync_now, peers, key, alarms, bundle, judge_again, agreements, audit, held,
)  # fmt: skip
