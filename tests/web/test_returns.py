"""The page of returns and its file: what is looked for is what is shown and what is downloaded."""

import csv
import io
import re
import sqlite3

import pytest
from flask.testing import FlaskClient

from banding.reports.returns import COLUMNS
from banding.station import Station
from banding.store import returns
from tests.reports.birds import Record, arrive, banding, enter, recovery

BIRDS = 1667


def shown(page: str) -> list[tuple[str, ...]]:
    """The ring, both days, kilometres and days of each row of the page."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]
    days = r"\d{4}-\d\d-\d\d"
    return [
        (row[0], *re.findall(days, row[2]), *re.findall(days, row[3]), row[5].strip("≈ "), row[7].strip("≈ "))
        for row in plain
    ]


def downloaded(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """The rows of the file."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    found = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"), newline="")))
    assert response.headers["X-Row-Count"] == str(len(found))
    return found


def test_an_empty_node_says_how_a_return_comes_about(reader: FlaskClient) -> None:
    page = reader.get("/returns").text
    assert "0 returns" in page
    assert "There is no return yet" in page
    assert "returns.csv" not in page
    assert downloaded(reader, "/returns.csv") == []


def test_the_file_has_the_rows_of_the_page(reader: FlaskClient, station: Station) -> None:
    enter(station, banding(), banding("XC 345613", "2023-04-30"))
    arrive(station, recovery(), recovery(day="2025-05-03"), recovery("XC 345613", day_accuracy="3"))
    page = reader.get("/returns").text
    assert "3 returns" in page
    file = downloaded(reader, "/returns.csv")
    assert list(file[0]) == list(COLUMNS)
    assert shown(page) == [
        (
            f"{row['scheme']} {row['ring']}",
            row["banding_day"],
            row["recovery_day"],
            row["distance_km"],
            row["days"],
        )
        for row in file
    ]
    assert {row["days_exact"] for row in file} == {"true", "false"}


def test_what_is_looked_for_stands_in_the_address_and_goes_into_the_file(reader: FlaskClient, station: Station) -> None:
    enter(station, banding(), banding("XC 345613", species="Emberiza rustica"))
    arrive(station, recovery(), recovery("XC 345613", "2025-09-01", species="Emberiza rustica"))
    page = reader.get("/returns?species=седоголовая+овсянка&since=1.IX.2024&until=").text
    assert "1 return<" in page
    link = re.search(r'href="(/returns\.csv\?[^"]*)"', page)
    assert link
    (row,) = downloaded(reader, link[1].replace("&amp;", "&"))
    assert "XC 345612" in row.values()


@pytest.mark.parametrize("name", ["灰头鹀", "black-faced bunting", "18530", "Emberiza spodocephala", "emb spo"])
def test_a_species_is_found_by_any_name(reader: FlaskClient, station: Station, name: str) -> None:
    enter(station, banding(), banding("XC 345613", species="Emberiza rustica"))
    arrive(station, recovery(), recovery("XC 345613", species="Emberiza rustica"))
    assert len(downloaded(reader, f"/returns.csv?species={name}")) == 1


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("species=dodo+of+nowhere", "No species of the list is called"),
        ("since=7.8.99", "could be"),
        ("until=tomorrow", "is not understood as a day"),
        ("since=2024-05-02&until=2024-05-01", "before the first"),
        ("ring=---", "no letter or figure"),
    ],
)
def test_what_is_not_understood_is_said_and_never_left_out(
    reader: FlaskClient, station: Station, question: str, words: str
) -> None:
    enter(station, banding(), recovery())
    page = reader.get(f"/returns?{question}")
    assert page.status_code == 422
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert "XC 345612" not in page.text
    file = reader.get(f"/returns.csv?{question}")
    assert file.status_code == 422
    assert file.mimetype != "text/csv"


def test_a_page_beyond_the_last_shows_the_last(reader: FlaskClient, station: Station) -> None:
    enter(station, banding(), recovery())
    assert "XC 345612" in reader.get("/returns?page=99999999999999999999").text
    assert "XC 345612" in reader.get("/returns?page=-1").text
    assert "XC 345612" in reader.get("/returns?page=two").text


def test_a_hundred_rows_make_a_page(reader: FlaskClient, station: Station) -> None:
    enter(station, banding(), *(recovery(day=f"20{10 + n // 12}-{n % 12 + 1:02}-15") for n in range(101, 168)))
    arrive(station, *(recovery(day=f"20{10 + n // 12}-{n % 12 + 1:02}-15") for n in range(101)))
    first = reader.get("/returns?ring=XC&scheme=rum")
    assert 'rel="next"' in first.text
    assert re.search(r'href="/returns\?(?=[^"]*ring=XC)(?=[^"]*scheme=rum)[^"]*page=2"', first.text)
    second = reader.get("/returns?ring=XC&scheme=rum&page=2").text
    rows = shown(first.text) + shown(second)
    assert len(shown(first.text)) == 100
    assert len(set(rows)) == len(rows) == station.store.returns.count()


@pytest.mark.parametrize(
    ("language", "species"),
    [
        ("en", "Black-faced Bunting (Emberiza spodocephala)"),
        ("zh", "灰头鹀 (Emberiza spodocephala)"),
        ("ru", "Седоголовая овсянка (Emberiza spodocephala)"),
    ],
)
def test_a_file_for_people_has_words_in_their_language(
    reader: FlaskClient, station: Station, language: str, species: str
) -> None:
    danger = banding()
    danger["place"]["name"] = "=HYPERLINK(1)"
    enter(station, danger, recovery())
    response = reader.get("/returns.csv?for=people", headers={"Accept-Language": language})
    assert response.data.startswith(b"\xef\xbb\xbf")
    heads, row = csv.reader(io.StringIO(response.text.removeprefix("\ufeff"), newline=""))
    assert len(set(heads)) == len(COLUMNS) == len(row)
    assert not {"banding_day", "distance_km", "precision"} & set(heads)
    assert row[COLUMNS.index("species")] == species
    assert row[COLUMNS.index("banding_place")] == "'=HYPERLINK(1)"
    assert row[COLUMNS.index("precision")] != "0.1 degree"
    assert row[COLUMNS.index("manner")] != "resighting"


def test_a_file_for_machines_is_the_same_in_every_language(reader: FlaskClient, station: Station) -> None:
    danger = banding()
    danger["place"]["name"] = "-lake"
    enter(station, danger, recovery())
    files = {reader.get("/returns.csv", headers={"Accept-Language": said}).data for said in ("en", "zh", "ru")}
    assert len(files) == 1
    assert files.pop().startswith(b"banding_id,")
    assert downloaded(reader, "/returns.csv")[0]["banding_place"] == "-lake"


def test_the_file_is_named_after_the_node_and_its_day(reader: FlaskClient, station: Station) -> None:
    day = station.intake.today().isoformat()
    said = reader.get("/returns.csv").headers["Content-Disposition"]
    assert re.fullmatch(rf'attachment; filename="returns-AM-KHG-{day}-[0-9a-f]{{12}}\.csv"', said)


def test_html_in_a_record_stays_text(reader: FlaskClient, station: Station) -> None:
    marked = banding()
    marked["place"]["name"] = "<script>alert(1)</script>"
    enter(station, marked, recovery())
    page = reader.get("/returns").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def season(birds: int) -> list[Record]:
    """Birds that were each met again in three years."""
    rings = [f"XC {400000 + number}" for number in range(birds)]
    return [banding(ring, "2022-05-01") for ring in rings] + [
        recovery(ring, f"{year}-09-20") for ring in rings for year in (2022, 2023, 2024)
    ]


def test_thousands_of_returns_stream(reader: FlaskClient, station: Station) -> None:
    arrive(station, *season(BIRDS))
    response = reader.get("/returns.csv", buffered=False)
    assert response.headers["X-Row-Count"] == str(3 * BIRDS)
    assert response.content_length is None
    pieces = list(response.iter_encoded())
    assert pieces[0].startswith(b"banding_id,")
    assert sum(piece.count(b"\r\n") for piece in pieces) == 1 + 3 * BIRDS
    assert len(pieces) > 2
    response.close()


def test_a_file_that_breaks_off_is_told_by_its_count(
    reader: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "CHUNK", 100)
    arrive(station, *season(200))
    response = reader.get("/returns.csv", buffered=False)
    pieces = response.iter_encoded()
    read = [next(pieces), next(pieces)]
    # The rest is read only as it is sent, so that a disk that fails halfway fails halfway.
    station.store.database.execute("alter table returns rename to gone")
    with pytest.raises(sqlite3.OperationalError):
        read.extend(pieces)
    assert b"".join(read).count(b"\r\n") - 1 == 100 < int(response.headers["X-Row-Count"]) == 600
    response.close()
