"""The lines of the rounds do what their faults say, so that a round that survives has survived something."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.lines import GOOD, Fault, Line, Lines

ANSWER = b"a" * 20_000


@pytest.fixture
def asked() -> list[bytes]:
    """What came to the far end."""
    return []


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The proxy."""
    made = Lines()
    yield made
    made.close()


@pytest.fixture
def line(lines: Lines, asked: list[bytes]) -> Iterator[Line]:
    """A line to somebody who answers every call with the same bytes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer, args=[server, asked], daemon=True).start()
        yield lines.add("a line", server.getsockname())


def _answer(server: socket.socket, asked: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            call, _ = server.accept()
            with call, contextlib.suppress(OSError):
                asked.append(call.recv(4096))
                call.sendall(ANSWER)


def called(line: Line, patience: float = 1.0) -> tuple[bytes, str]:
    """What comes back of a call, and how it ends: `whole`, `reset` or `silence`."""
    host, _, port = line.address.removeprefix("http://").partition(":")
    got = b""
    try:
        # A reset may come as early as the connection itself.
        with socket.create_connection((host, int(port)), timeout=patience) as call:
            call.sendall(b"question")
            while block := call.recv(4096):
                got += block
    except TimeoutError:
        return got, "silence"
    except OSError:
        return got, "reset"
    return got, "whole"


def test_a_good_line_carries_everything(line: Line, asked: list[bytes]) -> None:
    assert called(line) == (ANSWER, "whole")
    assert asked == [b"question"]
    assert (line.calls, line.cuts, line.bytes) == (1, 0, len(ANSWER) + len(b"question"))


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        (Fault("cut", cut_after=5_000), "reset"),
        (Fault("silent cut", cut_after=5_000, silent=True), "silence"),
        (Fault("slow drip", rate=2_000), "silence"),
    ],
)
def test_a_cut_or_slow_line_carries_only_a_part(line: Line, fault: Fault, end: str) -> None:
    line.spoil(fault)
    # Half a second between two blocks of a slow line would be silence; its whole answer would take ten.
    got, how = called(line) if end == "reset" or fault.silent else _for_a_second(line)
    assert how == end
    assert len(got) < len(ANSWER)


def _for_a_second(line: Line) -> tuple[bytes, str]:
    host, _, port = line.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as call:
        call.sendall(b"question")
        time.sleep(1)
        return call.recv(len(ANSWER)), "silence"


@pytest.mark.parametrize(("silent", "end"), [(False, "reset"), (True, "silence")])
def test_a_line_that_is_down_carries_nothing(line: Line, asked: list[bytes], silent: bool, end: str) -> None:
    line.spoil(Fault("down", up=0, silent=silent))
    assert called(line) == (b"", end)
    assert asked == []


def test_a_half_open_line_takes_the_question_and_gives_no_answer(line: Line, asked: list[bytes]) -> None:
    line.spoil(Fault("half-open", half=True))
    assert called(line) == (b"", "silence")
    assert asked == [b"question"]


def test_a_line_that_is_rarely_up_is_up_when_its_time_comes(line: Line) -> None:
    line.spoil(Fault("rarely up", up=0.5, every=1000))
    assert called(line) == (ANSWER, "whole")
    time.sleep(0.6)
    assert called(line)[1] == "reset"
    assert line.cuts == 1


def test_a_mended_line_is_good_and_tells_who_was_cut_silently(line: Line) -> None:
    line.spoil(Fault("silently down", up=0, silent=True))
    threading.Timer(0.3, line.mend).start()
    assert called(line, patience=10) == (b"", "reset")
    assert line.fault == GOOD
    assert called(line) == (ANSWER, "whole")


def test_a_call_of_earlier_can_be_sent_once_more(lines: Lines, line: Line, asked: list[bytes]) -> None:
    assert not lines.replay(line)
    called(line)
    assert lines.replay(line)
    assert asked == [b"question", b"question"]
