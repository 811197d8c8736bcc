"""The line between whole nodes: real requests walk into the other node's app, and the line may break.

A request is prepared and signed by `requests` as any other, and its answer is streamed back after the app has
let go of it, as a server would do it.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from werkzeug.test import EnvironBuilder, run_wsgi_app

if TYPE_CHECKING:
    from tests.together.kit import Town


@dataclass
class Network:
    """The line between the nodes: who can be reached, where it breaks, and everything that crossed it.

    `cut_after` is the number of bytes of answers that still come through before the line breaks, None for a
    line that holds; a `silent` cut looks like an answer that simply ends. `hidden` nodes can call and cannot be
    called. `change` sees every request, `spoil` may change every block of an answer. `crossed` holds every byte of
    every request and answer, `faults` what went wrong inside an app.
    """

    towns: dict[str, "Town"] = field(default_factory=dict)
    down: bool = False
    cut_after: int | None = None
    silent: bool = False
    hidden: set[str] = field(default_factory=set)
    crossed: bytearray = field(default_factory=bytearray, repr=False)
    asked: list[tuple[str, str, int]] = field(default_factory=list, repr=False)
    faults: list[BaseException] = field(default_factory=list)
    change: Callable[[requests.PreparedRequest], None] | None = None
    spoil: Callable[[str, bytes], bytes] | None = None

    def add(self, *towns: "Town") -> "Network":
        """Put nodes on the line, or put the reopened ones in their places."""
        self.towns |= {town.code: town for town in towns}
        return self

    @property
    def bytes(self) -> int:
        """How many bytes have crossed."""
        return len(self.crossed)

    def town_at(self, url: str) -> "Town":
        """The node that a request is for. Raises what `requests` raises when nobody answers."""
        host = urlsplit(url).hostname or ""
        town = next((t for t in self.towns.values() if urlsplit(t.address).hostname == host), None)
        if self.down or town is None or town.code in self.hidden:
            raise requests.ConnectionError(f"nobody answers at {host}")
        return town


class WsgiAdapter(BaseAdapter):
    """Carries requests of `requests` into the apps of a network."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Send a prepared request; its answer is read as it is made."""
        if self.network.change is not None:
            self.network.change(request)
        town = self.network.town_at(request.url or "")
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        self.network.crossed += f"{request.method} {request.path_url}\n{dict(request.headers)}\n".encode() + body
        path, _, query = request.path_url.partition("?")
        environ = EnvironBuilder(
            path=path, query_string=query, method=str(request.method), base_url=town.address,
            headers=[(name, str(value)) for name, value in request.headers.items()], data=body or None,
        ).get_environ()  # fmt: skip
        blocks, status, headers = run_wsgi_app(town.app, environ)
        code, _, reason = status.partition(" ")
        self.network.asked.append((str(request.method), path, int(code)))
        raw = urllib3.HTTPResponse(
            body=_Answer(self._spoilt(path, blocks), self.network), headers=urllib3.HTTPHeaderDict(list(headers)),
            status=int(code), reason=reason, preload_content=False, request_method=request.method,
        )  # fmt: skip
        return HTTPAdapter().build_response(request, raw)

    def _spoilt(self, path: str, blocks: Iterable[bytes]) -> Iterable[bytes]:
        spoil = self.network.spoil
        return blocks if spoil is None else (spoil(path, block) for block in blocks)

    def close(self) -> None:
        """Nothing is held open."""


class _Answer(io.RawIOBase):
    """The body of an answer, made while it is read, over a line that may break."""

    def __init__(self, blocks: Iterable[bytes], network: Network) -> None:
        self.blocks, self.network, self.held = blocks, network, b""
        self.each: Iterator[bytes] = iter(blocks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """All that was asked for, as `http.client` reads: what came before the line broke is lost with it."""
        got = b""
        while size < 0 or len(got) < size:
            block = self.read1(1 << 16 if size < 0 else size - len(got))
            if not block:
                break
            got += block
        return got

    def read1(self, size: int = -1) -> bytes:
        """Whatever is there."""
        buffer = bytearray(size if size >= 0 else 1 << 16)
        return bytes(buffer[: self.readinto(buffer)])

    def readinto(self, buffer: Any) -> int:
        while not self.held:
            try:
                block = next(self.each, None)
            except Exception as fault:
                # A server can only hang up when an app fails in the middle of its answer.
                self.network.faults.append(fault)
                raise ConnectionResetError("the app failed") from fault
            if block is None:
                return 0
            self.held = block
        return self._given(buffer)

    def _given(self, buffer: Any) -> int:
        left = self.network.cut_after
        size = min(len(buffer), len(self.held), len(self.held) if left is None else left)
        if size == 0:
            if self.network.silent:
                return 0
            raise ConnectionResetError("the line was cut")
        buffer[:size], self.held = self.held[:size], self.held[size:]
        self.network.crossed += bytes(buffer[:size])
        if left is not None:
            self.network.cut_after = left - size
        return size

    def close(self) -> None:
        if not self.closed and hasattr(self.blocks, "close"):
            self.blocks.close()
        super().close()
