"""TLS in front of the web server: what comes in encrypted is handed to the same server, with its real sender."""

import asyncio
import contextlib
import copy
import datetime
import functools
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from banding.command import tls
from banding.errors import BandingError, SettingsTrouble
from banding.spoken import filled
from banding.spoken import gettext as _

log = logging.getLogger(__name__)
LINES = 400
PIECE = 64 * 1024
HANDSHAKE_SECONDS = 10
GOODBYE_SECONDS = 2
LOOK_SECONDS = 600
# Documentation addresses: nothing is sent there, the system only says by which of its own it would go.
FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


class Front:
    """A port that speaks TLS, in a thread of its own; waitress sees each line as one that it accepted itself."""

    def __init__(self, server: Any, folder: tls.Folder, node: str, names: Iterable[str] = ()) -> None:
        self._server = _inner(server)
        self._adj = copy.copy(self._server.adj)
        self._adj.url_scheme = "https"
        self._folder, self._node, self._more = folder, node, tuple(names)
        self._renew()
        self._context = tls.context(folder)
        self._open = 0
        self._thread: threading.Thread | None = None
        self._up = threading.Event()
        self._finish: Callable[[], object] = lambda: None

    def start(self, host: str, port: int) -> int:
        """Listen; gives the port, chosen by the system for 0. Raises SettingsTrouble where it is taken."""
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(LINES)
        except OSError as error:
            listening.close()
            raise SettingsTrouble(
                filled("Nobody can listen on %(at)s", at=f"{host}:{port}"), why=error.strerror or str(error),
                mend="End the other program, or give another --tls-port",
            ) from error  # fmt: skip
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening)), daemon=True, name="tls")
        self._thread.start()
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """End every line and the thread."""
        if self._thread is not None:
            self._up.wait()
            self._finish()
            self._thread.join()
            self._thread = None

    async def _serve(self, listening: socket.socket) -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, said: log.debug("%s", said.get("message")))
        self._finish = functools.partial(loop.call_soon_threadsafe, end.set)
        self._up.set()
        server = await asyncio.start_server(
            self._line, sock=listening, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
        keeping = asyncio.ensure_future(self._keep_fresh())
        await end.wait()
        server.close()
        rest = {keeping, *asyncio.all_tasks()} - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _keep_fresh(self) -> None:
        """A node runs for years and its address may change overnight: the certificate follows."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await asyncio.to_thread(self._renew):
                    self._context.load_cert_chain(self._folder.server)
            except (BandingError, OSError) as trouble:
                log.warning("%s", trouble)

    def _renew(self) -> bool:
        now = datetime.datetime.now(datetime.UTC)
        return tls.ready(self._folder, self._node, [*names(), *self._more], now)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line from a device: everything read is passed on, until either side ends."""
        self._open += 1
        try:
            if self._open <= LINES:
                await self._passed_on(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError) as end:
            log.debug("a line ended: %s", end)
        finally:
            self._open -= 1
            await _closed(writer)

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours, theirs = socket.socketpair()
        self._hand_over(theirs, writer.get_extra_info("peername")[:2])
        inner_reader, inner_writer = await asyncio.open_connection(sock=ours)
        ways = [asyncio.ensure_future(_pipe(reader, inner_writer)), asyncio.ensure_future(_pipe(inner_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await _closed(inner_writer)

    def _hand_over(self, line: socket.socket, address: tuple[str, int]) -> None:
        inner = self._server

        def take() -> None:
            inner.channel_class(inner, line, address, self._adj, map=inner._map)

        # Its sockets belong to the thread of its loop.
        inner.trigger.pull_trigger(take)


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(PIECE):
        target.write(piece)
        await target.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close a side when all is written; nobody waits long for the other's good-bye."""
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), GOODBYE_SECONDS)


def _inner(server: Any) -> Any:
    """The server that accepts lines; one that listens at several addresses has several of them."""
    return server if hasattr(server, "channel_class") else next(
        one for one in server.map.values() if hasattr(one, "channel_class")
    )  # fmt: skip


# -- by what names devices reach this machine --------------------------------------------------------------


def names() -> list[str]:
    """Host names and addresses of this machine, those for itself included."""
    host = socket.gethostname().lower().rstrip(".")
    bare = host.split(".")[0]
    hosts = [name for name in ("localhost", host, f"{bare}.local", f"{bare}.lan") if _is_host_name(name)]
    return list(dict.fromkeys([*hosts, "127.0.0.1", "::1", *addresses()]))


def addresses() -> list[str]:
    """The addresses of this machine in its networks."""
    found = [*_of_interfaces(), *_by_which_it_goes(), *_of_name()]
    return [one for one in dict.fromkeys(found) if not one.startswith(("127.", "::1", "fe80:"))]


def _of_interfaces() -> Iterator[str]:
    try:
        import fcntl
    except ImportError:
        # Windows tells all of them by the machine's name.
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _number, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                told = fcntl.ioctl(asking.fileno(), 0x8915, name.encode()[:15].ljust(256, b"\0"))
                yield socket.inet_ntoa(told[20:24])


def _by_which_it_goes() -> Iterator[str]:
    for family, far in FAR:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((far, 9))
            yield str(asking.getsockname()[0])


def _of_name() -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield from (str(one[4][0]).split("%")[0] for one in socket.getaddrinfo(socket.gethostname(), None))


def _is_host_name(name: str) -> bool:
    return name.isascii() and all(part and part.replace("-", "").isalnum() for part in name.split("."))


def greeting(folder: tls.Folder, port: int, tell: Callable[[str], object]) -> None:
    """Say where devices find the node, and how they come to trust it."""
    here = [f"https://{one}:{port}" for one in addresses() if ":" not in one] or [f"https://127.0.0.1:{port}"]
    tell(_("Tablets and telephones of the station's network: %(addresses)s", addresses="  ".join(here)))
    tell(
        _(
            "Each device must trust this node once: open %(address)s there, go on past the browser's warning, and"
            " follow the words for Android, iPad, Windows or Linux",
            address=f"{here[0]}/trust",
        )
    )
    fingerprint = tls.fingerprint(folder)
    tell(
        _(
            "The page must show this fingerprint, or somebody stands in between: %(fingerprint)s",
            fingerprint=fingerprint,
        )
    )
