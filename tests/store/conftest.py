"""A real node in a folder of its own, and a store without a node."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from banding.store import Store
from tests.node.records import node
from tests.store.returned import opened

__all__ = ["node"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty one."""
    found = opened(tmp_path)
    yield found
    found.close()
