"""What all tests share: no test asserts a time, no name of a person leaves, templates are compiled once for all."""

import os
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from tests.planted import Watch, watch

# A busy machine makes drawing slow, and folders of a test serve all its examples on purpose.
# In CI the same examples come every time, so that a red run can be repeated; new ones are looked for at a desk.
settings.register_profile(
    "house", deadline=None, suppress_health_check=list(HealthCheck), derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")


class _Remembered(BytecodeCache):
    """Compiled templates in memory: hundreds of apps are made here, and all have the same ones."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.compiled.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": _Remembered()}


# What makes whole nodes and their pages by the dozen. `make fast` leaves it out; of whole nodes the story of two stays.
SLOW = re.compile(
    r"tests/(together/(?!test_(two_nodes|withheld|ways|versions)\.)|faults/|seed/|store/test_forks\."
    r"|exchange/test_(\w+_pages?|preview|watch|watch_command|command|letters|log_lines|agreements_policy|schedule"
    r"|schedule_end|alarms|bench|bundling|bundle_doubts|hindrance|delivery|showing|epoch)\."
    r"|house/test_(routes|verify_mjs)\.|reports/test_(pdf|letters|joining)\.|formats/test_files\."
    r"|web/test_(works|letters|access|asking_returns|finder\w*|downloads)\.|web/entry/test_bad_input\.)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what lies in files that are."""
    for item in items:
        if SLOW.search(item.nodeid):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def leaks() -> Iterator[Watch]:
    """Every test, whatever it is about, fails where a planted name leaves under terms that do not name people."""
    # A patch of its own: a test that undoes its patches must not end the watch.
    with pytest.MonkeyPatch.context() as monkeypatch:
        seen = watch(monkeypatch)
        yield seen
    assert seen.leaks == [], "people have left the node"
