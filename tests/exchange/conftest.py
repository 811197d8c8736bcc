"""A whole node in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.together.kit import Town, make_node


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Sanhuanpao, which trusts whoever signs as Khingansky."""
    found = make_node(tmp_path, "HL-SHP")
    yield found
    found.close()
