"""What all tests share: no test asserts a time, no name of a person leaves, templates are compiled once for all."""

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import warm
from tests.planted import Watch, watch

# A busy machine makes drawing slow, and folders of a test serve all its examples on purpose.
# In CI the same examples come every time, so that a red run can be repeated; new ones are looked for at a desk.
settings.register_profile(
    "house", deadline=None, suppress_health_check=list(HealthCheck), derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")

# The terminal speaks the language of whoever runs the tests; what they expect is English.
os.environ["LC_ALL"] = "C.UTF-8"


warm.templates()
warm.routes()


# What makes whole nodes and their pages by the dozen. `make fast` leaves it out; of whole nodes the story of two stays.
SLOW = re.compile(
    r"tests/(together/(?!test_(two_nodes|withheld|ways|versions)\.)|faults/|seed/|store/test_forks\."
    r"|exchange/test_(\w+_pages?|preview|watch|watch_command|command|letters|log_lines|agreements_policy|schedule"
    r"|schedule_end|alarms|bench|bundling|bundle_doubts|hindrance|delivery|showing|epoch|believed|reaching)\."
    r"|house/test_(routes|verify_mjs)\.|reports/test_(pdf|letters|joining)\.|formats/test_files\."
    r"|command/test_(tls|tongue)\.|web/test_(offline|works|letters|access|asking_returns|finder\w*|downloads"
    r"|verifying|behind|rings|tables|limits|accounts|returns)\.|web/entry/test_(bad_input|session|look|records|photos)\.)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what lies in files that are."""
    for item in items:
        if SLOW.search(item.nodeid):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Set apart what lives as long as the run."""
    warm.memory()


@pytest.fixture(scope="session", autouse=True)
def _new_files_are_copies() -> Iterator[None]:
    """A node's first step is tested where it is tested, and not two thousand times."""
    with warm.files():
        yield


@pytest.fixture(autouse=True)
def leaks() -> Iterator[Watch]:
    """Every test, whatever it is about, fails where a planted name leaves under terms that do not name people."""
    # A patch of its own: a test that undoes its patches must not end the watch.
    with pytest.MonkeyPatch.context() as monkeypatch:
        seen = watch(monkeypatch)
        yield seen
    assert seen.leaks == [], "people have left the node"
