"""`banding bundle` and the page of bundles: what they say, who may use them, and that both do the same."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from banding import settings as stations
from banding.command import cli
from exchange import bundling
from exchange.pages import bundles
from exchange.talk import envelope, packing, unpacking
from exchange.talk.packing import Packing
from exchange.talk.unpacking import Source
from tests.exchange.forms import Apart, act, as_role
from tests.together.kit import banding, recovery, snapshot, write
from tests.web.conftest import token_of, words

pytestmark = pytest.mark.usefixtures("staffed", "small")
Type = Callable[..., Result]


@pytest.fixture
def typed(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Type a command at Sanhuanpao."""
    for name in stations.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANDING_HOME", str(apart[1].station.settings.home))
    monkeypatch.setenv("BANDING_STATION", "HL-SHP")
    before = dict(cli.commands)
    cli.add_command(bundling.bundle)
    yield lambda *words: CliRunner().invoke(cli, list(map(str, words)))
    cli.commands.clear()
    cli.commands.update(before)


@pytest.fixture
def operator(apart: Apart) -> FlaskClient:
    """Somebody at Sanhuanpao who carries bundles."""
    return as_role(apart[1], "operator")


def from_amur(apart: Apart, size: int = packing.PART_BYTES) -> tuple[Path, ...]:
    return Packing(apart[0].node, "HL-SHP").write(apart[0].folder / "from-amur", size).files


def upload(client: FlaskClient, *files: Path, **more: str) -> str:
    data = {"csrf_token": token_of(client), "parts": [(io.BytesIO(path.read_bytes()), path.name) for path in files]}
    answer = client.post("/peers/AM-KHG/bundle/read", data=data | more, content_type="multipart/form-data",
                         follow_redirects=True)  # fmt: skip
    assert answer.status_code == 200
    return words(answer.text)


# -- at the terminal --------------------------------------------------------------------------------------


def test_a_bundle_is_written_and_said_in_lines(apart: Apart, typed: Type, tmp_path: Path) -> None:
    write(apart[1], *(recovery(f"XC {n:06}") for n in range(7)))
    result = typed("bundle", "write", "AM-KHG", tmp_path / "stick", "--part-size", "900")
    assert result.exit_code == 0, result.output
    assert "For AM-KHG: 7 entries in 2 parts" in result.output
    assert "stick.001  longer than asked" in result.output
    again = typed("bundle", "write", "AM-KHG", tmp_path / "stick")
    assert again.exit_code == 1
    assert "already there" in again.output


def test_reading_says_of_each_part_what_became_of_it(apart: Apart, typed: Type) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(7)))
    one, two = from_amur(apart, 900)
    result = typed("bundle", "read", two)
    assert result.exit_code == 2
    assert "from-amur.002: part 2 of 2 from AM-KHG, verified" in result.output
    assert f"needs {apart[0].node.publisher.log} from 1: bring part 1, then read this one again" in result.output
    result = typed("bundle", "read", two, one)
    assert result.exit_code == 0, result.output
    assert "5 kept, 0 known" in result.output
    assert "taken before: 5 known, nothing new" in typed("bundle", "read", one).output


def test_a_program_reads_the_same_as_json(apart: Apart, typed: Type, tmp_path: Path) -> None:
    write(apart[0], banding())
    (facts,) = json.loads(typed("bundle", "read", *from_amur(apart), "--json").output)
    assert (facts["from"], facts["verified"], facts["kept"], facts["needs"]) == ("AM-KHG", True, 1, {})
    told = json.loads(typed("bundle", "write", "AM-KHG", tmp_path / "stick", "--encrypt", "--json").output)
    assert envelope.is_closed(Path(told["files"][0]).read_bytes())


@pytest.mark.parametrize(("text", "size"), [("1MB", 1_000_000), ("500 kb", 500_000), ("70000", 70_000)])
def test_a_size_is_a_number_with_or_without_its_unit(text: str, size: int) -> None:
    assert bundling.size_of(text) == size


@pytest.mark.parametrize("asked", ["much", "-5", "1GB", "100000MB", "5"])
def test_a_size_that_is_none_is_refused_in_words(
    typed: Type, tmp_path: Path, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PART_LEAST", 20_000)
    result = typed("bundle", "write", "AM-KHG", tmp_path / "stick", f"--part-size={asked}")
    assert result.exit_code == 1
    assert "size" in result.output
    assert not list(tmp_path.glob("stick*"))


# -- on the page ------------------------------------------------------------------------------------------


def test_a_bundle_is_downloaded_and_its_receipt_shown(apart: Apart, operator: FlaskClient) -> None:
    write(apart[1], recovery())
    form = {"csrf_token": token_of(operator), "size": "1000", "since": "auto"}
    with operator.post("/peers/AM-KHG/bundle/write", data=form) as answer:
        assert "HL-SHP-to-AM-KHG.2025-06-01.bundle" in answer.headers["Content-Disposition"]
        raw = answer.data
    assert [part.kept for part in unpacking.read(apart[0].node, [Source("bundle", lambda: raw)])] == [1]
    assert "has not said yet what it holds" in words(operator.get("/peers/AM-KHG/bundle").text)
    assert "verified 1 0 0 0 0 nothing" in upload(operator, *from_amur(apart))
    assert "AM-KHG has taken our entries up to 1 of 1, by its bundle of 2025-06-01" in words(
        operator.get("/peers/AM-KHG/bundle").text
    )


def test_more_than_one_part_comes_as_an_archive_that_is_read_as_it_is(
    apart: Apart, operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bundles.SIZES, "200", 900)
    write(apart[1], *(recovery(f"XC {n:06}") for n in range(7)))
    form = {"csrf_token": token_of(operator), "size": "200", "closed": "1"}
    with operator.post("/peers/AM-KHG/bundle/write", data=form) as answer:
        raw = answer.data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert len(archive.infolist()) == 2
    parts = unpacking.read(apart[0].node, unpacking.sources("all.zip", lambda: raw))
    assert [(part.kept, part.is_closed) for part in parts] == [(5, True), (2, True)]


def test_the_page_says_what_is_missing_before_a_part(apart: Apart, operator: FlaskClient) -> None:
    write(apart[0], *(banding(f"XC {n:06}") for n in range(7)))
    one, two = from_amur(apart, 900)
    said = upload(operator, two)
    assert f"{apart[0].node.publisher.log} from 1 is missing here. Bring part 1, then this one again." in said
    assert "part 1" not in upload(operator, two, one)
    assert len(snapshot(apart[1])) == 7


def test_what_is_no_bundle_and_what_is_no_file_are_said_in_words(operator: FlaskClient, tmp_path: Path) -> None:
    holiday = tmp_path / "<b>holiday.jpg"
    holiday.write_bytes(b"no bundle at all")
    said = upload(operator, holiday)
    assert "&lt;b&gt;holiday.jpg" in said
    assert "This is no delivery of the band exchange" in said
    assert "Choose the files of the bundle first" in upload(operator)


@pytest.mark.parametrize(
    ("raw", "zh", "ru"),
    [
        (b"no bundle at all", "该行无法读取", "Строку нельзя прочесть"),
        (zstandard.compress(b'{"feed":1'), "内容没有到结尾就断了", "Обрывается до конца"),
        (b"PK\x03\x04 no archive", "压缩包无法读取", "Архив не читается"),
        (b"age-encryption.org/v1\nno key", "它是为别的节点加密的", "Он зашифрован для другого узла"),
    ],
)
def test_why_a_file_is_not_taken_is_told_in_the_language_of_the_reader(
    operator: FlaskClient, tmp_path: Path, raw: bytes, zh: str, ru: str
) -> None:
    (tmp_path / "1.jpg").write_bytes(raw)
    for language, told in (("zh", zh), ("ru", ru)):
        act(operator, "/language", language=language)
        said = upload(operator, tmp_path / "1.jpg")
        assert told in said


def test_a_size_that_the_page_does_not_offer_is_refused(operator: FlaskClient) -> None:
    form = {"csrf_token": token_of(operator), "size": "1"}
    answer = operator.post("/peers/AM-KHG/bundle/write", data=form, follow_redirects=True)
    assert "Choose a size for the parts from the list" in words(answer.text)


def test_a_reader_may_not_touch_bundles_and_nobody_may_for_a_peer_that_is_none(apart: Apart) -> None:
    assert as_role(apart[1], "reader").get("/peers/AM-KHG/bundle").status_code == 403
    assert as_role(apart[1], "operator").get("/peers/HL-QFG/bundle").status_code == 404


@pytest.mark.parametrize(("language", "said"), [("zh", "数据包"), ("ru", "Пакет")])
def test_the_page_speaks_chinese_and_russian(operator: FlaskClient, language: str, said: str) -> None:
    act(operator, "/language", language=language)
    page = words(operator.get("/peers/AM-KHG/bundle").text)
    assert said in page
    assert "carried by hand" not in page
