"""docs/verify.mjs, written from docs/protocol.md alone, proves what our code packs and finds every kind of lie."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from exchange.log import links, publish, seals, wire
from exchange.log.entries import Batch
from exchange.log.links import Link, Statement
from exchange.talk.packing import Packing
from tests.exchange import made
from tests.house import vectors
from tests.house.lies import LIES, Lines, batches_of
from tests.house.vectors import FOLDER
from tests.together.kit import Town, banding, befriend, correct, make_node, recovery, write

VERIFY = Path(__file__).parents[2] / "docs" / "verify.mjs"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not here")
RETURNS = {"bandings": "none", "groups": {level: ["core", "area"] for level in "0123"}}


def verified(*words: object) -> tuple[int, str]:
    assert NODE is not None
    answer = subprocess.run(
        [NODE, str(VERIFY), *map(str, words)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return answer.returncode, answer.stdout + answer.stderr


def hello(town: Town) -> dict[str, Any]:
    key = town.node.key
    return {
        "node": town.code,
        "key": wire.encode(key.public),
        "keys": links.as_json(town.node.keyring.links(town.code)),
    }


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bytes]]:
    """The keys of two nodes, and the lines of a bundle with withheld groups, closed entries and letters."""
    folder = tmp_path_factory.mktemp("packed")
    amur, shuangpo = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(amur, shuangpo, terms=RETURNS)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(publish, "BATCH", 7)
        write(amur, *(banding(f"XC {n:06}") for n in range(5)))
        uuids = write(amur, *(recovery(f"XC 1{n:05}", people={"ringer": "N. N."}) for n in range(6)))
        write(amur, *(banding(f"XC 2{n:05}") for n in range(3)))
        correct(amur, uuids[0], day="2024-09-21")
        said = {"classes": [0], "groups": [], "reason": "For the test"}
        with amur.station.store.transaction():
            amur.node.letters.write("forget", "HL-SHP", "", said, at=amur.node.at())
            amur.node.letters.write("forget", "HL-QFG", "", said, at=amur.node.at())
        (path,) = Packing(amur.node, "HL-SHP").write(folder / "bundle").files
    keys = folder / "keys.json"
    keys.write_text(json.dumps([hello(amur), hello(shuangpo)]), encoding="utf-8")
    yield keys, zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    amur.close()
    shuangpo.close()


def told(packed: tuple[Path, bytes], tmp_path: Path, lines: bytes) -> tuple[int, str]:
    file = tmp_path / "lines"
    file.write_bytes(lines)
    return verified("--keys", packed[0], file)


def parsed(raw: bytes) -> Lines:
    return [json.loads(line) for line in raw.splitlines()]


def written(lines: Lines) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


# -- the truth --------------------------------------------------------------------------------------------


def test_a_bundle_with_withheld_groups_closed_entries_and_letters_is_proven(
    packed: tuple[Path, bytes], tmp_path: Path
) -> None:
    lines = parsed(packed[1])
    assert any("closed" in line for line in lines)
    assert any(line.get("withheld") for line in lines)
    assert any('"forget"' in line.get("groups", {}).get("core", "") for line in lines)
    code, said = told(packed, tmp_path, packed[1])
    assert code == 0, said
    assert said.count(", proven") == 1 + sum("batch" in line for line in lines)
    assert "everything in it is proven" in said


def test_the_vectors_are_proven() -> None:
    keys = FOLDER / "keys.json"
    assert verified("--keys", keys, FOLDER / "page.ndjson", FOLDER / "bundle.ndjson")[0] == 0
    assert verified("--keys", keys, "--segment", FOLDER / "segment.ndjson", FOLDER / "batch.ndjson")[0] == 0


def test_a_key_alone_is_enough(packed: tuple[Path, bytes], tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(packed[1])
    key = json.loads(packed[0].read_text(encoding="utf-8"))[0]["key"]
    assert verified("--key", key, file)[0] == 0


def test_what_cannot_be_tried_ends_with_two() -> None:
    assert verified()[0] == 2
    assert verified("--keys", FOLDER / "keys.json", FOLDER / "no-such-file")[0] == 2


def test_a_packed_file_is_unpacked_or_asked_for_in_words() -> None:
    code, said = verified("--keys", FOLDER / "keys.json", FOLDER / "bundle.zst")
    assert "everything in it is proven" in said if code == 0 else (code == 2 and "zstd -d" in said)


# -- lies about batches -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("lie", "found"), LIES.items(), ids=lambda one: getattr(one, "__name__", None))
def test_each_kind_of_lie_about_a_batch_is_found(
    packed: tuple[Path, bytes], tmp_path: Path, lie: Callable[[Lines], None], found: str
) -> None:
    lines = parsed(packed[1])[1:]
    assert told(packed, tmp_path, written(lines))[0] == 0
    told_lines = copy.deepcopy(lines)
    lie(told_lines)
    code, said = told(packed, tmp_path, written(told_lines))
    assert (code, found in said.partition("NOT PROVEN")[2]) == (1, True), said


# -- lies about the label ---------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"place": 99}, {"from": "HL-SHP"}, {"have": {}}, {"from": "HL-QFG"}])
def test_a_label_that_was_changed_is_found(packed: tuple[Path, bytes], tmp_path: Path, said: dict[str, object]) -> None:
    lines = parsed(packed[1])
    lines[0]["bundle"] = json.dumps(json.loads(lines[0]["bundle"]) | said)
    _, *rest = packed[1].splitlines(keepends=True)
    assert told(packed, tmp_path, written(lines[:1]) + b"".join(rest))[0] == 1


def test_a_whole_batch_taken_out_of_a_bundle_is_found_by_its_label(packed: tuple[Path, bytes], tmp_path: Path) -> None:
    lines = parsed(packed[1])
    one, two = batches_of(lines)[:2]
    rest = packed[1].splitlines(keepends=True)
    code, said = told(packed, tmp_path, b"".join(rest[:one] + rest[two:]))
    assert (code, "not what was packed" in said) == (1, True)


# -- lies of whoever holds the key ------------------------------------------------------------------------


def signed(tmp_path: Path, *batches: Batch) -> tuple[int, str]:
    file = tmp_path / "lines"
    file.write_bytes(b"".join(map(wire.batch_lines, batches)))
    return verified("--segment", "--key", wire.encode(made.public()), file)


def test_a_log_that_says_two_things_is_found(tmp_path: Path) -> None:
    one, two = made.chain([2, 2])
    assert signed(tmp_path, one, two, one)[0] == 0
    other = made.batch([made.entry(3), made.entry(4)], previous=b"\x01" * 32)
    code, said = signed(tmp_path, one, other)
    assert (code, "names another one before it" in said) == (1, True)
    again = made.batch([made.entry(1, {"core": made.core(7)}), made.entry(2)])
    code, said = signed(tmp_path, one, again)
    assert (code, "says two things" in said) == (1, True)


def test_a_first_header_that_names_one_before_it_is_found(tmp_path: Path) -> None:
    code, said = signed(tmp_path, made.batch([made.entry(1)], previous=b"\x01" * 32))
    assert (code, "names one before it" in said) == (1, True)


@pytest.mark.parametrize(("begins", "code"), [(8, 0), (3, 1), (1, 1)])
def test_a_key_that_was_replaced_signs_nothing_behind_its_end(tmp_path: Path, begins: int, code: int) -> None:
    old, new = vectors.key(), made.key("AM-KHG")
    public = new.public_key().public_bytes_raw()
    said = Statement("AM-KHG", public, seals.fingerprint(public), old.fingerprint, vectors.LOG, begins, {})
    text = links.text_of(said)
    link = Link(text, links.sign(old.private, text), links.sign(new, text), old.public)
    keys = tmp_path / "keys.json"
    told = {"node": "AM-KHG", "key": wire.encode(public), "keys": links.as_json([link])}
    keys.write_text(json.dumps(told), encoding="utf-8")
    assert verified("--keys", keys, FOLDER / "page.ndjson")[0] == code
    keys.write_text(json.dumps(told | {"keys": []}), encoding="utf-8")
    assert verified("--keys", keys, FOLDER / "page.ndjson")[0] == 1
