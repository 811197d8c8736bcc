"""Two served nodes of the demonstration that have exchanged their season, for tests that look at whole pages."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask

import wsgi
from banding.web import catalog
from exchange.talk.schedule import connect
from exchange.talk.sync import sync
from seed import nodes
from tests.browsing import serve
from tests.ports import free_ports


class Season(NamedTuple):
    """The node at HL-SHP: its address, its app, and the password of each role's person, whose name is the role."""

    address: str
    app: Flask
    passwords: Mapping[str, str]


@contextmanager
def season(home: Path, *, size: int = 200) -> Iterator[Season]:
    """A station of the demonstration that has synced with the other, with about `size` records of its own."""
    catalog.compile_all()
    with ExitStack() as running:
        settings = nodes.ready(home, free_ports(2), size=size)
        apps = [wsgi.build(one) for one in settings]
        for app, one in zip(apps, settings, strict=True):
            running.callback(app.extensions["station"].store.close)
            running.callback(serve(app, one.port)[1])
        for node, other in ((apps[0], settings[1]), (apps[1], settings[0])):
            here = node.extensions["exchange"]
            assert sync(here, other.node.code, connect(here)).trouble == ""
        yield Season(settings[1].public_url, apps[1], nodes.logins(home))
