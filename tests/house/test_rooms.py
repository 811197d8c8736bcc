"""Every room imports only what the table of directions allows, and SQL stands in two rooms only."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOPS = ("schemas", "banding", "exchange", "seed", "bench", "wsgi")

CORE = {"schemas", "banding.spoken", "banding.errors",
        "banding.checked", "banding.settings", "banding.domain", "banding.store", "banding.intake",
        "banding.shape", "banding.datums", "banding.station", "banding.stories", "banding.reference",
        "banding.stock", "banding.tables", "banding.extending", "banding.drafts", "banding.judging",
        "banding.receiving", "banding.fieldwork", "banding.photos", "banding.versions", "banding.correcting",
        "banding.lookup", "banding.next_ring", "orjson"}  # fmt: skip
FLASK = {"flask", "flask_babel", "flask_login", "flask_limiter", "flask_smorest", "flask_wtf", "markupsafe",
         "werkzeug", "itsdangerous", "webargs", "apispec", "babel", "marshmallow", "argon2", "wtforms"}  # fmt: skip
TALK = {"schemas", "banding.finder", "banding.intake", "banding.store", "banding.errors",
        "banding.spoken", "banding.domain", "orjson",
        "exchange.agreements", "exchange.log", "exchange.node", "exchange.talk"}  # fmt: skip
EDGE = {"flask", "flask_babel", "markupsafe", "werkzeug", "banding.station"}
LAYOUT = {"banding.web.access", "banding.web.slots", "banding.web.problems"}

# Room -> what it may import beside the standard library and itself; the longest name that fits counts.
ALLOWED: dict[str, set[str]] = {
    "schemas": {"marshmallow"},
    "banding": set(),
    "banding.spoken": set(),
    "banding.errors": {"banding.spoken"},
    "banding.checked": {"banding.errors", "banding.spoken"},
    "banding.settings": {"banding.checked", "banding.errors", "banding.spoken", "banding.telling", "schemas"},
    "banding.telling": {"banding.errors", "banding.spoken"},
    "banding.logs": {"banding.errors"},
    "banding.domain": set(),
    "banding.store": {"banding.domain", "banding.errors", "banding.spoken", "sqlite_utils", "orjson"},
    "banding.shape": {"schemas", "banding.domain", "banding.errors", "jsonschema_rs"},
    "banding.datums": {"schemas", "banding.domain", "banding.errors", "pyproj"},
    "banding.reference": {"schemas", "banding.domain", "banding.errors"},
    "banding.tables": {"schemas", "banding.domain", "banding.errors", "banding.reference", "banding.store"},
    "banding.extending": {"schemas", "banding.domain", "banding.errors", "banding.reference", "banding.shape",
                          "banding.store", "banding.tables", "orjson"},
    "banding.photos": {"banding.errors", "banding.store", "PIL"},
    "banding.stock": CORE,
    "banding.fieldwork": CORE,
    "banding.lookup": CORE,
    "banding.next_ring": CORE,
    "banding.drafts": {"banding.domain", "banding.store", "banding.errors"},
    "banding.judging": {"banding.domain", "banding.store", "banding.errors"},
    "banding.stories": {"banding.domain", "banding.store", "banding.errors"},
    "banding.versions": {"banding.domain", "banding.store", "banding.errors", "banding.drafts", "banding.judging",
                         "banding.stories", "orjson"},
    "banding.correcting": {"banding.domain", "banding.store", "banding.errors", "banding.drafts", "banding.shape",
                           "banding.stories", "banding.versions"},
    "banding.receiving": {"banding.domain", "banding.store", "banding.errors", "banding.drafts", "banding.extending",
                          "banding.judging", "banding.shape", "banding.stories"},
    "banding.intake": CORE - {"banding.station"},
    "banding.station": CORE,
    "banding.scheduled": CORE | {"banding.formats", "banding.reports"},
    "banding.making": {"banding.store"},
    "banding.works": CORE | {"banding.making"},
    "banding.finder": CORE | {"banding.telling", "banding.works"},
    "banding.formats": {"schemas", "banding.domain", "banding.errors", "banding.spoken",
                        "marshmallow", "euring", "orjson", "openpyxl",
                        "xlsxwriter"},
    "banding.imports": CORE | {"banding.formats"},
    "banding.reports": CORE | {"banding.formats"},
    "banding.reports.setting": {"typst"},
    "banding.reports.typst_": {"banding.errors"},
    "banding.reports.joining": {"pypdf", "banding.reports.tagging"},
    "banding.reports.tagging": {"pypdf"},
    "banding.reports.letter_batch": CORE | {"banding.reports", "banding.finder", "banding.formats"},
    "banding.reports.letters": CORE | {"banding.reports", "banding.finder"},
    "banding.reports.pdf": CORE | {"banding.reports", "banding.formats", "babel"},
    "banding.reports.letter_pages": CORE | {"banding.reports", "banding.formats", "babel"},
    "banding.command": CORE
    | {"banding.formats", "banding.imports", "banding.reports", "banding.web.invitations",
       "banding.web.asking_returns", "click", "rich"},
    "banding.command.tls": {"banding.errors", "cryptography"},
    "banding.web": CORE | FLASK | {"banding.finder", "banding.formats", "banding.imports", "banding.reports",
                                   "banding.scheduled", "banding.telling", "banding.works", "xstatic"},
    "exchange": TALK | {"banding.logs", "banding.station", "banding.settings", "exchange.peering"},
    "exchange.log.seals": {"cryptography"},
    "exchange.log": {"schemas", "banding.store", "banding.domain", "banding.errors", "orjson", "jsonschema_rs",
                     "zstandard", "sqlite_utils", "cryptography", "exchange.agreements.policy"},
    "exchange.agreements.policy": set(),
    # It reads what has been proven, so it knows the lines; it still does nothing.
    "exchange.talk.plan": {"exchange.log.entries", "exchange.log.lines", "exchange.log.seals", "exchange.log.trees",
                           "exchange.log.wire"},
    "exchange.talk": TALK,
    "exchange.talk.signing": {"banding.errors", "exchange.log.keys", "cryptography", "http_message_signatures"},
    "exchange.talk.line": TALK | {"requests"},
    "exchange.talk.peer": TALK | {"requests"},
    "exchange.talk.trial": TALK | {"banding.tables"},
    "exchange.talk.reasons": {"exchange.talk.words", "requests"},
    "exchange.talk.envelope": {"banding.errors", "exchange.log.keys", "cryptography", "pyrage"},
    "exchange.talk.chores": TALK | {"banding.works"},
    "exchange.talk.couriers": TALK | {"banding.telling", "requests"},
    "exchange.talk.succession": TALK | {"banding.station"},
    "exchange.talk.reports": TALK | {"banding.formats", "banding.reports", "banding.scheduled",
                              "banding.web.asking_returns"},
    "exchange.talk.schedule": TALK | {"requests", "apscheduler"},
    "exchange.talk.feed": TALK | EDGE | LAYOUT,
    "exchange.web": TALK | EDGE | LAYOUT | {"exchange.pages"},
    "exchange.pages": TALK | EDGE | LAYOUT | {"banding.settings", "banding.shape", "banding.web.forms",
                                      "banding.web.here", "banding.web.language", "banding.web.points",
                                      "banding.web.values",
                                      "banding.web.sheet", "banding.web.typed", "banding.web.words",
                                      "exchange.peering"},
    "exchange.bundling": TALK | {"click", "rich", "banding.command"},
    "exchange.agreement_command": TALK | {"click", "banding.command"},
    "exchange.alarm_command": TALK | {"click", "banding.command"},
    "exchange.peer_command": TALK | {"click", "banding.command", "exchange.pages", "exchange.peering"},
    "exchange.watch_command": TALK | {"click", "rich", "banding.command"},
    "exchange.again_command": TALK | {"click", "banding.command"},
    "exchange.command": TALK | LAYOUT | {"click", "rich", "waitress", "banding.settings", "banding.station",
                                         "banding.logs", "banding.command", "banding.web", "exchange.pages",
                                         "exchange.peering", "exchange.web", "exchange.again_command",
                                         "exchange.agreement_command", "exchange.alarm_command",
                                         "exchange.bundling", "exchange.peer_command",
                                         "exchange.watch_command"},
    "seed": CORE | {"banding", "exchange", "argon2", "rich"},
    "bench": CORE | {"banding", "exchange", "sqlite_utils", "rich", "jsonschema_rs", "flask", "waitress",
              "playwright"},
    "wsgi": CORE | {"flask", "banding.web", "banding.command", "exchange"},
}  # fmt: skip

IMPURE = {"sqlite3", "socket", "http", "urllib", "time", "random", "secrets", "os", "pathlib", "threading"}
STATEMENT = re.compile(
    r"\s*(select\s.+\sfrom|insert\s+(or \w+ )?into|update\s+\w+\s+set|delete\s+from|pragma\s+\w"
    r"|(create|drop|alter)\s+(unique\s+|virtual\s+)?(table|index|trigger|view))\b",
    re.IGNORECASE | re.DOTALL,
)
# A GeoPackage is an SQLite file, so its format is spoken in SQL.
SQL_ROOMS = ("banding.store", "exchange.log", "bench", "banding.formats.gpkg")
FILE_LINES, DEED_LINES = 250, 40
# Two turn what SQLite could not do into a sentence, one tells its version; none puts a question to it.
MAY_NAME_SQLITE = {"banding.web.problems", "banding.command.plain", "banding.command.status"}


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    module_of(path): path
    for top in TOPS
    for path in ([ROOT / f"{top}.py"] if (ROOT / f"{top}.py").exists() else sorted((ROOT / top).rglob("*.py")))
}


def room_of(module: str) -> str:
    return max((room for room in ALLOWED if is_in(module, room)), key=len)


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that a file imports, wherever in it; what is imported from a package counts by its own name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written from the root"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def strays(module: str, text: str) -> set[str]:
    """What a file of this name imports against the table."""
    room = room_of(module)
    # The two great rooms have rooms of their own, so a file that stands in neither of those must name them.
    open_to = ALLOWED[room] | (set() if room in {"banding", "exchange"} else {room})
    found = {name for name in imports(ast.parse(text)) if name.split(".")[0] not in sys.stdlib_module_names}
    return {name for name in found if not any(is_in(name, one) for one in open_to)}


def docstrings(tree: ast.AST) -> set[int]:
    bodies = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def statements(text: str) -> list[str]:
    """The texts of a file that look like SQL."""
    tree = ast.parse(text)
    told = docstrings(tree)
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in texts if id(node) not in told and STATEMENT.match(node.value)]


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_only_what_the_table_allows(module: str):
    assert strays(module, MODULES[module].read_text(encoding="utf-8")) == set()


def test_every_room_of_the_table_is_there():
    assert {room for room in ALLOWED if not any(is_in(module, room) for module in MODULES)} == set()


def test_banding_has_never_heard_of_the_exchange():
    assert not [room for room in ALLOWED if is_in(room, "banding") for name in ALLOWED[room] if is_in(name, "exchange")]


@pytest.mark.parametrize("module", [name for name in MODULES if is_in(name, "banding.domain")])
def test_the_domain_asks_no_clock_no_disk_and_no_network(module: str):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert IMPURE & {name.split(".")[0] for name in imports(tree)} == set()
    assert not re.search(r"date(time)?\.(now|today|utcnow)\(", MODULES[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_sql_stands_in_the_store_and_in_the_ledger_only(module: str):
    if not module.startswith(SQL_ROOMS):
        assert statements(MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_only_the_store_and_the_ledger_hold_a_cursor(module: str):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    if not module.startswith(SQL_ROOMS):
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
        assert names & {"execute", "executemany", "executescript"} == set()
        assert "sqlite3" not in imports(tree) or module in MAY_NAME_SQLITE


def test_long_files_and_functions_are_named():
    """The sizes are a habit and no rule: `pytest -rP` shows what has outgrown it."""
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > FILE_LINES:
            print(f"{module}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (lines := (node.end_lineno or 0) - node.lineno + 1) > DEED_LINES:
                print(f"{module}.{node.name}: {lines} lines")


@pytest.mark.parametrize(
    ("module", "line", "stray"),
    [
        ("banding.domain.rings", "from flask import request", "flask"),
        ("banding.intake", "import exchange.node", "exchange.node"),
        ("banding.web.home", "def f():\n    import requests", "requests"),
        ("banding.store.search", "from banding import intake", "banding.intake"),
        ("exchange.talk.plan", "from exchange.log import ledger", "exchange.log.ledger"),
        ("exchange.talk.sync", "import flask", "flask"),
        ("exchange.pages", "from banding.web import entry", "banding.web.entry"),
        ("schemas.fields", "import orjson", "orjson"),
    ],
)
def test_a_stray_import_is_found_wherever_it_stands(module: str, line: str, stray: str):
    assert strays(module, line) == {stray}


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("select a from b", True),
        ("  UPDATE records SET a = 1", True),
        ("insert or ignore into t values (1)", True),
        ("create unique index i on t(a)", True),
        ("Update this node to read it.", False),
        ("Delete the file", False),
        ("select", False),
    ],
)
def test_a_statement_is_told_from_a_sentence(text: str, is_sql: bool):
    assert bool(statements(f"x = {text!r}")) is is_sql
