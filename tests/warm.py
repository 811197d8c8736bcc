"""What hundreds of tests would make anew and find the same: it is made once, so that the quick tests stay quick.

None of it changes what is tested: a new file of a node is a copy of one that was made by the node's own steps, and the
routes of an app are compiled from the same sources as ever.
"""

import contextlib
import functools
import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from banding.store import Store
from exchange.log.ledger import Ledger


class _Remembered(BytecodeCache):
    """Compiled templates in memory: hundreds of apps are made here, and all have the same ones."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.compiled.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


def templates() -> None:
    """Compile each template once for all apps."""
    Flask.jinja_options = {"bytecode_cache": _Remembered()}


def routes() -> None:
    """Compile what builds the address of a route once for all apps; it is bound to its own rule afterwards."""
    known: dict[Any, Callable[..., Any]] = {}
    compiled = Rule._compile_builder

    @functools.wraps(compiled)
    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


@contextlib.contextmanager
def files() -> Iterator[None]:
    """Let a node that opens a file which is not there begin with a copy of one that has all its tables."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        model = Path(folder) / "model.sqlite"
        first = Store.open(model)
        Ledger(first)
        first.close()
        opened = Store.open

        def open_copy(_cls: type[Store], path: Path) -> Store:
            # A store in memory has no file, and one of that name could not even be checked out under Windows.
            if str(path) != ":memory:" and path.parent.is_dir() and not path.exists():
                # A file that cannot be written is for the node itself to complain of.
                with contextlib.suppress(OSError):
                    shutil.copyfile(model, path)
            return opened(path)

        patched.setattr(Store, "open", classmethod(open_copy))
        yield


def memory() -> None:
    """Tell the collector of garbage not to look again and again through the thousands of tests themselves."""
    gc.collect()
    gc.freeze()
