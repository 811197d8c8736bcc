"""Sets pages for print: a template of this folder and its data become a PDF, with fonts that came in wheels."""

import datetime
import importlib.util
import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from banding.errors import StoreTrouble

TEMPLATES = Path(__file__).parent / "templates"
WHEEL = "mplfonts"
FONT = "Noto Sans CJK SC"
"""What letters in pictures are set in: Latin, Cyrillic and Chinese."""

# One at a time: a long report fills much of a field computer's memory.
_one_at_a_time = threading.Lock()


def pdf(template: str, data: Mapping[str, Any], made: datetime.datetime) -> bytes:
    """The pages of a template; the same data and moment give the same bytes. Raises StoreTrouble."""
    said = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    with _one_at_a_time:
        try:
            printed: Any = typst.compile(
                str(TEMPLATES / template), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True,
                format="pdf", sys_inputs=said, timestamp=made.astimezone(datetime.UTC).replace(microsecond=0),
            )  # fmt: skip
        except typst.TypstError as error:
            raise StoreTrouble("The page could not be set for print", why=str(error)[:300]) from error
    return bytes(printed)


def drawn(svg: str) -> str:
    """A picture whose letters are set in a font that is here."""
    return svg.replace('font-family="sans-serif"', f'font-family="{FONT}"')


@cache
def _fonts() -> Any:
    """The fonts of the two wheels. Its module is not imported: it would bring a plotting library along.

    The folder holds fonts that are not free, too; no template names them, and none falls back to another font.
    """
    found = importlib.util.find_spec(WHEEL)
    places = list(found.submodule_search_locations or ()) if found else []
    folders = [str(Path(one) / "fonts") for one in places]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
