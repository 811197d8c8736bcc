"""Sets pages for print: a template of this folder and its data become a PDF, with fonts that came in wheels."""

import datetime
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from banding.errors import StoreTrouble

TEMPLATES = Path(__file__).parent / "templates"
PROGRAM = Path(__file__).parent / "setting.py"
FONT = "Noto Sans CJK SC"
"""What letters in pictures are set in: Latin, Cyrillic and Chinese."""
LONGEST = 600
"""Seconds after which a page is given up."""

# One at a time: a long report fills much of a field computer's memory.
_one_at_a_time = threading.Lock()


def pdf(template: str, data: Mapping[str, Any], made: datetime.datetime) -> bytes:
    """The pages of a template; the same data and moment give the same bytes. Raises StoreTrouble."""
    return _set("pdf", template, data, made)


def last_page(template: str, data: Mapping[str, Any], made: datetime.datetime) -> int:
    """The number on the last of these pages, as the template tells it at its end. Raises StoreTrouble."""
    return int(_set("number", template, data, made))


def _set(wanted: str, template: str, data: Mapping[str, Any], made: datetime.datetime) -> bytes:
    """By a process that ends with it: what is remembered there of every page it has set would never be given back."""
    asked = {
        "template": str(TEMPLATES / template), "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        "made": made.astimezone(datetime.UTC).replace(microsecond=0).isoformat(), "wanted": wanted,
    }  # fmt: skip
    with _one_at_a_time:
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(PROGRAM)], input=json.dumps(asked).encode(), capture_output=True,
                timeout=LONGEST, start_new_session=True, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreTrouble("The page could not be set for print", why=type(error).__name__) from error
    if done.returncode:
        raise StoreTrouble("The page could not be set for print", why=done.stderr.decode(errors="replace")[-300:])
    return done.stdout


def drawn(svg: str) -> str:
    """A picture whose letters are set in a font that is here."""
    return svg.replace('font-family="sans-serif"', f'font-family="{FONT}"')
