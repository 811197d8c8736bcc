"""Run as a program: reads a template and its data as JSON, and writes the PDF that they become, or its last page."""

import datetime
import importlib.util
import json
import signal
import sys
from pathlib import Path
from typing import Any

import typst

WHEEL = "mplfonts"
LAST = "<last-page>"


def fonts() -> Any:
    """The fonts of the two wheels. Its module is not imported: it would bring a plotting library along.

    The folder holds fonts that are not free, too; no template names them, and none falls back to another font.
    """
    found = importlib.util.find_spec(WHEEL)
    places = list(found.submodule_search_locations or ()) if found else []
    folders = [str(Path(one) / "fonts") for one in places]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def main() -> int:
    """What is asked on stdin, to stdout; why not, to stderr."""
    # Who ends the node means the node, which lets the page under way be finished.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    asked = json.load(sys.stdin.buffer)
    template = Path(asked["template"])
    told: dict[str, Any] = {
        "root": str(template.parent), "font_paths": fonts(), "ignore_system_fonts": True,
        "sys_inputs": {"data": asked["data"]},
    }  # fmt: skip
    made = datetime.datetime.fromisoformat(asked["made"])
    try:
        if asked["wanted"] == "number":
            printed: Any = typst.query(str(template), LAST, field="value", one=True, **told).encode()
        else:
            printed = typst.compile(str(template), format="pdf", timestamp=made, **told)
    except (typst.TypstError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(printed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
