"""Lines between nodes that are as bad as one likes: a small TCP proxy that cuts, delays, drops and throttles."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

BLOCK = 4096
CAPTURED = 256 * 1024
"""Bytes of one call that are kept to be sent once more; a longer call is not kept."""
REPLAY_SECONDS = 3
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; with nothing set it is a good one.

    delay: seconds before each block goes on. loss: share of blocks that come seconds late, as what TCP sends again.
    rate: bytes a second. cut_after: bytes of a call after which it is cut. silent: a cut tells nobody.
    half: questions go through and answers do not. up, every: seconds up in every so many seconds; (0, 1) is down.
    """

    name: str = "good"
    delay: float = 0.0
    loss: float = 0.0
    rate: int = 0
    cut_after: int = 0
    silent: bool = False
    half: bool = False
    up: float = 1.0
    every: float = 1.0


GOOD = Fault()
FAULTS = (
    Fault("delay", delay=0.4),
    Fault("loss", loss=0.3),
    Fault("cut", cut_after=1_500),
    Fault("long cut", cut_after=12_000),
    Fault("silent cut", cut_after=3_000, silent=True),
    Fault("half-open", half=True),
    Fault("slow drip", rate=2_000),
    Fault("rarely up", up=2.0, every=20.0),
    Fault("down", up=0.0),
    Fault("silently down", up=0.0, silent=True),
)
"""What a round draws from; the night of a line that is up for ten minutes is scaled to seconds."""


class _Cut(Exception):
    """The call ends here, as the fault wants it."""


@dataclass
class Line:
    """One way of calling: whoever connects to `address` is put through to `target`, as far as the fault lets it."""

    name: str
    target: tuple[str, int]
    address: str = ""
    fault: Fault = GOOD
    since: float = field(default_factory=time.monotonic)
    bytes: int = 0
    calls: int = 0
    cuts: int = 0
    asked: deque[bytes] = field(default_factory=lambda: deque(maxlen=16))
    mended: int = 0

    def spoil(self, fault: Fault) -> None:
        """From now on the line has this fault, for calls under way too."""
        self.since, self.fault = time.monotonic(), fault

    def mend(self) -> None:
        """The line is good again; a call that was cut silently is at last told so, as by a router that started anew."""
        self.fault = GOOD
        self.mended += 1

    @property
    def is_up(self) -> bool:
        """Whether the line carries anything at this moment."""
        return (time.monotonic() - self.since) % self.fault.every < self.fault.up


class Lines:
    """The proxy, in a thread of its own, with any number of lines."""

    def __init__(self, host: str = "127.0.0.1", seed: int = 0) -> None:
        self.host, self.dice = host, random.Random(seed)
        self.lines: list[Line] = []
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)
        self._thread.start()

    def add(self, name: str, target: tuple[str, int]) -> Line:
        """A new good line to where a node listens."""
        line = Line(name, target)
        line.address = self._do(self._listen(line))
        self.lines.append(line)
        return line

    def replay(self, line: Line) -> bool:
        """Send a call of earlier once more, byte by byte; whether there was one."""
        if not line.asked:
            return False
        self._do(self._again(line, self.dice.choice(list(line.asked))))
        return True

    def close(self) -> None:
        """Cut everything and end the thread."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # -- inside the thread ------------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self, line: Line) -> str:
        async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            with contextlib.suppress(asyncio.CancelledError):
                await self._call(line, reader, writer)

        server = await asyncio.start_server(called, self.host, 0)
        self._servers.append(server)
        return f"http://{self.host}:{server.sockets[0].getsockname()[1]}"

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _call(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line.calls += 1
        ends, said, end = [writer], bytearray(), _reset
        try:
            await self._pass(line, 0)
            there_reader, there = await asyncio.wait_for(asyncio.open_connection(*line.target), 10)
            ends.append(there)
            await self._both(self._pump(line, reader, there, said), self._pump(line, there_reader, writer, None))
            # What was written last must still arrive; a reset would overtake it.
            end = asyncio.StreamWriter.close
        except _Cut:
            line.cuts += 1
        except OSError:
            # The node is not there, or went away: so do we.
            pass
        finally:
            if 0 < len(said) <= CAPTURED:
                line.asked.append(bytes(said))
            for one in ends:
                end(one)

    async def _both(self, *ways: Coroutine[Any, Any, None]) -> None:
        """Both ways at once; what ends one of them ends the call."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytearray | None
    ) -> None:
        """Carry one way of a call; `said` keeps what was asked."""
        passed = 0
        while block := await reader.read(BLOCK):
            if said is not None and len(said) <= CAPTURED:
                said += block
            for part in _parts(block, line.fault.rate):
                await self._pass(line, passed, answers=said is None)
                writer.write(part)
                await writer.drain()
                passed += len(part)
                line.bytes += len(part)
                if rate := line.fault.rate:
                    await asyncio.sleep(len(part) / rate)

    async def _pass(self, line: Line, passed: int, *, answers: bool = False) -> None:
        """Wait as the fault wants it before a block goes on. Raises _Cut."""
        fault = line.fault
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if self.dice.random() < fault.loss:
            await asyncio.sleep(self.dice.uniform(0.2, 1.5))
        is_cut = bool(fault.cut_after) and passed >= fault.cut_after
        if is_cut or not line.is_up or (fault.half and answers):
            mended = line.mended
            while (fault.silent or fault.half) and line.mended == mended:
                await asyncio.sleep(LOOK_SECONDS)
            raise _Cut

    async def _again(self, line: Line, asked: bytes) -> None:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.wait_for(asyncio.open_connection(*line.target), REPLAY_SECONDS)
            try:
                writer.write(asked)
                await writer.drain()
                await asyncio.wait_for(reader.read(BLOCK), REPLAY_SECONDS)
            finally:
                writer.close()


def _parts(block: bytes, rate: int) -> Iterator[bytes]:
    """A block at once, or on a slow line a tenth of a second's bytes at a time."""
    size = max(1, rate // 10) if rate else len(block)
    return (block[start : start + size] for start in range(0, len(block), size))


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset and not with a farewell."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
