"""`python -m banding.web.catalog` gathers every sentence that a person may read and updates the catalogues."""

import ast
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.extract import extract_python as extract_calls
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("banding", "schemas", "exchange", "seed")
TRANSLATIONS = Path(__file__).parent / "translations"
TITLES = {"zh": "simplified Chinese", "ru": "Russian"}
LANGUAGES = tuple(TITLES)
IDLE_HEADERS = tuple(
    f'"{name}: '.encode()
    for name in (
        "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator",
        "Language-Team", "Generated-By",
    )
)  # fmt: skip
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2), "N_": None, "filled": None,
}  # fmt: skip
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "banding.web.catalog:extract_python")]
OPTIONS = {"**/templates/**.html": {"encoding": "utf-8"}}
# Errors say their sentences in English where they are raised; the page translates them.
ERRORS = {
    "ValidationError",
    "BandingError",
    "Refused",
    "NotFound",
    "NotAllowed",
    "SettingsTrouble",
    "StoreTrouble",
    "NotLoggedIn",
    "PeerTrouble",
}
SAYS = {"why", "mend"}
# Commands say what they do in their docstrings, and what their options are for in `help`.
COMMANDS, OPTIONS_OF_COMMANDS = {"command", "group"}, {"option"}

Message = tuple[int, Any, Any, Any]


def extract_python(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Message]:
    """What a module says: calls of gettext, and what errors of ours are raised with."""
    source: bytes = file.read()
    yield from extract_calls(io.BytesIO(source), keywords, comment_tags, options)
    tree = ast.parse(source)
    errors = ERRORS | _own_errors(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in errors:
            spoken = [*node.args[:1], *(k.value for k in node.keywords if k.arg in SAYS)]
            for part in spoken:
                yield from ((part.lineno, None, text, []) for text in _texts(part))
    yield from ((line, None, text, []) for line, text in _within_strings(tree))
    if _is_of_terminal(tree):
        yield from ((line, None, text, []) for line, text in _of_commands(tree))


def _within_strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is said in the braces of a string, which the older Pythons give as one word."""
    for string in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
        for node in ast.walk(string):
            if isinstance(node, ast.Call) and _name(node.func) in {"_", "gettext"}:
                yield from ((node.lineno, text) for part in node.args[:1] for text in _texts(part))


def _is_of_terminal(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Import) and any(one.name == "click" for one in node.names) for node in tree.body)


def _of_commands(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What the commands of a module say of themselves and of their options, with the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            calls = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
            if any(isinstance(call, ast.Attribute) and call.attr in COMMANDS for call in calls):
                yield node.lineno, ast.get_docstring(node) or ""
        if isinstance(node, ast.Call) and _name(node.func) in OPTIONS_OF_COMMANDS:
            said = [one.value for one in node.keywords if one.arg == "help"]
            yield from ((one.lineno, text) for one in said for text in _texts(one))


def _own_errors(tree: ast.Module) -> set[str]:
    """Errors that a module derives from ours."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node.name for node in classes if any(_name(base) in ERRORS for base in node.bases)}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        return [node.value]
    return [*_texts(node.body), *_texts(node.orelse)] if isinstance(node, ast.IfExp) else []


def gathered(rooms: Sequence[str] = ROOMS) -> Catalog:
    """Every sentence there is now in the rooms that speak."""
    catalog = Catalog(project="band-exchange", charset="utf-8", fuzzy=False)
    for room in rooms:
        if not (ROOT / room).is_dir():
            continue
        found = extract_from_dir(ROOT / room, METHODS, OPTIONS, keywords=KEYWORDS)
        for name, _line, message, _comments, context in found:
            catalog.add(message, locations=[(f"{room}/{name}", 0)], context=context)
    return catalog


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it is on disk, an empty one when there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str, now: Catalog) -> list[str]:
    """Bring a catalogue up to date and give the sentences that still need translating."""
    catalog = read(language)
    catalog.update(now, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    write(language, catalog)
    return missing(catalog)


def write(language: str, catalog: Catalog) -> None:
    """Write a catalogue, sentence by sentence in alphabetical order, and without dates: no change, no difference."""
    catalog.header_comment, catalog.fuzzy = f"# The sentences of the pages in {TITLES[language]}.", False
    page = io.BytesIO()
    write_po(page, catalog, sort_output=True, no_location=True, width=0)
    lines = [line for line in page.getvalue().splitlines(keepends=True) if not line.startswith(IDLE_HEADERS)]
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    path_of(language).write_bytes(b"".join(lines))


def compile_all() -> None:
    """Write the compiled catalogues where they are missing or older than their source."""
    for language in LANGUAGES:
        source, target = path_of(language), path_of(language).with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            # Whole at once: another process may be reading it, or writing the same.
            fresh = target.with_suffix(f".{os.getpid()}.new")
            with fresh.open("wb") as file:
                write_mo(file, read(language))
            fresh.replace(target)


def missing(catalog: Catalog) -> list[str]:
    """The sentences of a catalogue without a translation, plural forms included."""
    return [str(m.id) for m in catalog if m.id and (not m.string or not all(m.string))]


def main() -> None:
    """Update every catalogue and print what is missing."""
    now = gathered()
    for language in LANGUAGES:
        for sentence in update(language, now):
            print(f"{language}: {sentence}")


if __name__ == "__main__":
    main()
