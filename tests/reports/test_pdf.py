"""The report as PDF: rows, map, plots and what it says of itself, as another program reads them."""

import datetime
import hashlib
import io

import pytest
from pypdf import PdfReader

from banding.errors import StoreTrouble
from banding.formats.registry import formats
from banding.reports import pdf, typst_
from banding.reports.downloads import Download
from banding.station import Station
from banding.store.shapes import ReturnQuery
from tests.reports.birds import banding, enter, recovery
from tests.reports.test_letters import fonts, read, say_in


def report(station: Station, language: str = "en", **query: str) -> bytes:
    one = Download(
        station, ReturnQuery(**query), formats()["pdf"], typed=query, language=language, say=say_in(language), by="anna"
    )
    return b"".join(one.pieces())


def test_every_row_stands_in_the_report_in_three_languages(station: Station):
    enter(station, banding(), recovery(), banding("XC 345613"), recovery("XC 345613", "2025-03-02"))
    for language, words in (("en", "Aboutthisfile"), ("zh", "关于本文件"), ("ru", "Обэтомфайле")):
        text = read(report(station, language))
        assert "RUMXC345612" in text
        assert "RUMXC345613" in text
        assert words in text


def test_its_fonts_are_embedded_and_free(station: Station):
    enter(station, banding(), recovery())
    assert fonts(report(station, "zh")) == {"NotoSansCJKsc-Regular"}


def test_heads_are_repeated_on_every_page_of_a_long_table(station: Station):
    rings = [f"XC {number}" for number in range(345000, 345060)]
    enter(station, *(one for ring in rings for one in (banding(ring), recovery(ring))))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(report(station))).pages]
    with_rows = [text for text in pages if "RUM XC 3450" in text]
    assert len(with_rows) > 2
    assert all("Met again" in text for text in with_rows)


def test_a_report_that_cannot_hold_all_rows_says_so_first(station: Station, monkeypatch: pytest.MonkeyPatch):
    enter(station, banding(), recovery(), banding("XC 345613"), recovery("XC 345613", "2025-03-02"))
    assert "Thetableholdsthelatest" not in read(report(station))
    monkeypatch.setattr(pdf, "MOST", 1)
    text = read(report(station))
    assert "2returnsfit.Thetableholdsthelatest1;" in text
    assert "RUMXC345612" not in text


def test_a_report_in_parts_has_every_row_once_and_pages_that_go_on(station: Station, monkeypatch: pytest.MonkeyPatch):
    rings = [f"XC {number}" for number in range(345000, 345013)]
    enter(station, *(one for ring in rings for one in (banding(ring), recovery(ring))))
    monkeypatch.setattr(pdf, "PIECE", 4)
    body = report(station)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(body), strict=True).pages]
    counts = [sum(f"RUM {ring}" in text for text in pages) for ring in rings]
    assert counts == [1] * 13
    feet = ["".join(text.split()) for text in pages]
    assert [f"Page{number}/{len(pages)}" in foot for number, foot in enumerate(feet, 1)] == [True] * len(pages)
    for once in ("Returns: 13", "About this file", "Circle: where the ring was put on."):
        assert sum(once in text for text in pages) == 1
    assert "About this file" in pages[-1]
    assert PdfReader(io.BytesIO(body)).root_object["/MarkInfo"]["/Marked"]
    assert fonts(body) == {"NotoSansCJKsc-Regular"}


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_a_part_that_is_just_full_is_followed_by_no_empty_one(
    station: Station, monkeypatch: pytest.MonkeyPatch, count: int
):
    rings = [f"XC {number}" for number in range(345000, 345000 + count)]
    enter(station, *(one for ring in rings for one in (banding(ring), recovery(ring))))
    monkeypatch.setattr(pdf, "PIECE", 4)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(report(station))).pages]
    assert sum("RUM XC" in text for text in pages) == -(-count // 4)
    assert "No return fits" not in "".join(pages)


def test_a_report_in_parts_is_known_again_by_its_one_seal(station: Station, monkeypatch: pytest.MonkeyPatch):
    rings = [f"XC {number}" for number in range(345000, 345006)]
    enter(station, *(one for ring in rings for one in (banding(ring), recovery(ring))))
    monkeypatch.setattr(pdf, "PIECE", 4)
    body = report(station)
    (kept,) = station.store.downloads.latest()
    assert dict(kept.seals) == {"file": hashlib.sha256(body).hexdigest()}
    assert kept.rows == 6


def test_a_page_that_cannot_be_set_is_told_in_words():
    with pytest.raises(StoreTrouble, match="could not be set for print") as told:
        typst_.pdf("no-such.typ", {}, datetime.datetime.now(datetime.UTC))
    assert "Traceback" not in str(told.value)


def test_a_page_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typst_, "LONGEST", 0.001)
    with pytest.raises(StoreTrouble, match="TimeoutExpired"):
        typst_.pdf("report.typ", {}, datetime.datetime.now(datetime.UTC))


def test_a_question_without_an_answer_is_a_report_too(station: Station):
    text = read(report(station))
    assert "Returns:0" in text
    assert "Noreturnfits" in text


def test_the_file_is_known_again_by_its_bytes(station: Station):
    enter(station, banding(), recovery())
    body = report(station)
    ((kept),) = station.store.downloads.latest()
    assert kept.format == "pdf"
    assert set(kept.seals) == {"file"}
    assert kept.id in read(body)
