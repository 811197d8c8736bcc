"""What a node's processes say to whoever runs them: plain lines, or with BANDING_LOG=json one JSON object a line.

A log leaves the house more easily than the store does. So a JSON line has no words that came from a record, a form
or a peer: of an exception its type and the places in the code, never its text.
"""

import datetime
import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from banding.errors import BandingError

Tell = Callable[[str], None]
SAYS = re.compile(
    r"(?P<event>[a-z]+) (?P<node>[A-Z]{2}-[A-Z0-9]+)(?: <- (?P<peer>[A-Z]{2}-[A-Z0-9]+))?(?:: |  )(?P<rest>.*)"
)
NAMELESS = {"crossed", "alarm"}
"""Events whose whole line is numbers and names of nodes; of the others only the first words are kept."""
MOST_CAUSES = 10
log = logging.getLogger("exchange")


def is_json(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether lines are JSON."""
    return environment.get("BANDING_LOG", "").strip().lower() == "json"


def begin(environment: Mapping[str, str] = os.environ) -> Tell:
    """Set a process up once, before anything is said; gives what tells a line to whoever runs it."""
    if not is_json(environment):
        return lambda line: print(line, flush=True)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It would say twice every few seconds that it looked.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda what: _uncaught(what.exc_type, what.exc_value, what.exc_traceback)
    return tell


def tell(line: str) -> None:
    """A line of the exchange or of the command as a JSON object, with its node, peer and event apart."""
    found = SAYS.fullmatch(line)
    if found is None:
        log.info(line)
        return
    facts = {name: value for name, value in found.groupdict().items() if value and name != "rest"}
    rest = found["rest"] if found["event"] in NAMELESS else _opening(found)
    level = logging.WARNING if found["event"] in {"alarm", "trouble"} else logging.INFO
    log.log(level, rest or found["event"], extra={"facts": facts})


def _opening(found: re.Match[str]) -> str:
    """What kind of trouble it was: the words before the first mark. What follows may quote anything."""
    return re.split(r"[(.:;,'\"“]", found["rest"])[0].strip() if found["event"] == "trouble" else ""


class Lines(logging.Formatter):
    """A record as one line of JSON: {"at", "level", "logger", "said", ...facts}."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        said: dict[str, Any] = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "said": _said(record),
        }  # fmt: skip
        said |= {name: _plain(value) for name, value in getattr(record, "facts", {}).items()}
        if record.exc_info and record.exc_info[1] is not None:
            said |= _fault(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


def _said(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return _plain(record.msg)
    if not record.args:
        return record.msg
    args = record.args
    shown: Any = {n: _plain(v) for n, v in args.items()} if isinstance(args, Mapping) else tuple(map(_plain, args))
    try:
        return record.msg % shown
    except (TypeError, ValueError, KeyError):
        return record.msg


def _plain(value: Any) -> Any:
    """A value that may stand in a line: numbers and texts as they are, of an exception its kind."""
    if isinstance(value, BandingError) and value.status >= 500:
        return value.what
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, (int, float, str)) else type(value).__name__


def _fault(fault: BaseException) -> dict[str, Any]:
    """The type of an exception and of its causes, and the places it passed, the innermost last."""
    kinds: list[str] = []
    one: BaseException | None = fault
    while one is not None and len(kinds) < MOST_CAUSES:
        kinds.append(type(one).__name__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": kinds[0], "causes": kinds[1:], "places": places}


def _uncaught(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    if fault is not None:
        log.critical("The process met a fault", exc_info=(kind, fault, trace))
