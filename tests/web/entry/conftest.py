"""A node just after its midnight, and the operator at its entry form."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.settings import Settings
from banding.station import Station
from tests.web.conftest import khingansky
from tests.web.entry.hand import NOW


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A node in the zone of Vladivostok whose clock stands just after midnight."""
    node = replace(khingansky(), zone="Asia/Vladivostok")
    opened = Station.open(Settings(home=tmp_path, node=node))
    opened.intake.clock = lambda: NOW
    yield opened
    opened.store.close()


@pytest.fixture
def send(operator: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Callable[..., Any]:
    """Send a form as the operator; `submission` is one key unless told otherwise."""

    def posted(path: str, typed: Mapping[str, str], **more: str) -> Any:
        form = {"submission": "one", **typed, **more, "csrf_token": csrf(operator)}
        return operator.post(path, data=form)

    return posted
