"""A node as it is really served: many who keep it waiting, and a process with little memory that is sent the worst."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.together.served import ROOT, Served, prepare

pytestmark = pytest.mark.slow

SLOW = 150
"""More than a server holds by default."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (node,) = prepare(tmp_path, "AM-KHG", account=False)
    node.start()
    try:
        yield node
    finally:
        node.kill()


def test_others_are_served_while_many_send_a_byte_at_a_time(served: Served) -> None:
    head = b"POST /exchange/v1/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with ExitStack() as held:
        slow = [held.enter_context(socket.create_connection(("127.0.0.1", served.port))) for _ in range(SLOW)]
        for line in slow:
            line.sendall(head)
        for _ in range(3):
            for line in slow:
                line.sendall(b"x")
            assert requests.get(f"{served.address}/exchange/v1/hello", timeout=10).ok
            time.sleep(1)


BOUND = 200 * 1024
"""Kilobytes that a process may grow by, whatever it is sent."""
WORST = """
import resource, sys, tempfile
from pathlib import Path
from exchange.log import wire
from tests.together import hostile
from tests.together.kit import Network, make_node, pull, snapshot
from tests.together.pen import END, befriended, lines, packed, pen
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
town = make_node(Path(sys.argv[1]), "AM-KHG")
writer, honest, stranger = pen("PR-KHN", 1), pen("HL-SHP", 2), pen("HL-QFG", 9)
befriended(town, writer, honest)
line = Network().add(town)
enemy = hostile.Hostile(writer)
line.towns[enemy.code] = enemy
client = writer.client(town, line)
client.hello()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
million = bytes(1 << 20)
heavy = wire.batch_lines(stranger.batch(*(stranger.entry(remarks={"text": "x" * 9000}) for _ in range(20))))
bodies = [
    packed([million] * 300), packed([heavy] * 300 + [END]), packed([b"[" * (1 << 20)] * 200),
    packed([b'{"a":' * 80_000 + b"1" + b"}" * 80_000 + b"\\n"] * 50 + [END]),
    packed([b'{"batch":"' + b"9" * 400_000 + b'"}\\n'] * 300 + [END]), packed([b"\\n" * (1 << 20)] * 100 + [END]),
]
for body in bodies:
    try:
        client.post(body)
    except Exception as refused:
        assert type(refused).__name__ == "PeerRefuses", refused
    enemy.answers["feed"] = body
    assert pull(town, enemy, line) is not None
grew = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
other = honest.client(town, line)
other.hello()
assert other.post(lines(honest.batch(honest.entry())))["kept"] == 1
assert set(snapshot(town)) == set(honest.uuids)
assert not line.faults
town.close()
print(grew)
"""


def test_a_process_with_little_memory_takes_the_worst_that_can_be_sent(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORST, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) < BOUND
