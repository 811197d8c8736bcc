"""The lines for a program that a process says, as it would write them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from banding import logs


@contextmanager
def written() -> Iterator[list[str]]:
    """The lines that are said meanwhile."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(logs.Lines().format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)
