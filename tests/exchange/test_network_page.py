"""The page of the network: three nodes in a row, by whom each log comes, what crossed, and returns made together."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange.forms import as_role, staff
from tests.together.kit import EVERYTHING, Network, Town, banding, befriend, make_node, recovery, settle, trust, write
from tests.web.conftest import drawn, words

Three = tuple[Town, Town, Town, Network]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    """Khingansky, Sanhuanpao in the middle, Zhalong; the two ends are no peers of each other."""
    khg, shp, zlg = (make_node(tmp_path, code) for code in ("AM-KHG", "HL-SHP", "HL-ZLG"))
    befriend(khg, shp, terms=EVERYTHING)
    befriend(shp, zlg, terms=EVERYTHING)
    trust(khg, shp, zlg)
    staff(khg, shp, zlg)
    yield khg, shp, zlg, Network().add(khg, shp, zlg)
    for town in (khg, shp, zlg):
        town.close()


def row(page: str, code: str) -> str:
    """The row of a node in the first table."""
    found = re.search(rf'<tr><th scope="row">(?:(?!</tr>).)*{code}.*?</tr>', page, re.DOTALL)
    assert found is not None
    return words(found[0])


def test_a_node_alone_says_so_and_stands_on_the_map(three: Three) -> None:
    page = as_role(three[0], "reader").get("/network?since=2025-01-01").text
    assert [one["code"] for one in drawn(page)["stations"] if "code" in one] == ["AM-KHG", "HL-SHP"]
    assert len(drawn(page)["stations"]) > 2
    assert "No return of two nodes is known here yet" in words(page)
    assert "the way by which a node's log comes here" in html.unescape(words(page))
    assert 'href="/network"' in as_role(three[0], "reader").get("/flagship").text


def test_the_page_says_by_whom_each_log_comes_and_what_has_crossed(three: Three) -> None:
    khg, _shp, zlg, network = three
    write(khg, banding("XC 000001"), banding("XC 000002"))
    write(zlg, recovery("XC 000001"))
    settle(network)
    page = as_role(khg, "reader").get("/network?since=2025-01-01").text
    assert "by HL-SHP" in row(page, "HL-ZLG")
    assert re.search(r"by HL-SHP 1 0 1$", row(page, "HL-ZLG"))
    assert "from itself" in row(page, "HL-SHP") or "not yet" in row(page, "HL-SHP")
    legs = {(tuple(leg["from"]), tuple(leg["to"])) for leg in drawn(page)["legs"]}
    assert len(legs) == 2
    text = words(page)
    assert "Returns made with others, met since 2025-01-01 " in text
    assert re.search(r"Banding by Met again by Returns AM-KHG .* HL-ZLG .* 1", text)


def test_counts_begin_on_the_day_that_is_asked_for(three: Three) -> None:
    khg, _shp, zlg, network = three
    write(khg, banding("XC 000001"))
    write(zlg, recovery("XC 000001"))
    settle(network)
    reader = as_role(khg, "reader")
    assert re.search(r"1 0 1$", row(reader.get("/network?since=2025-06-01").text, "HL-ZLG"))
    assert re.search(r"1 0 0$", row(reader.get("/network?since=2025-06-02").text, "HL-ZLG"))
    assert reader.get("/network?since=soon").status_code == 422


def test_a_node_that_banding_is_asked_of_is_told_on_the_birds_page(three: Three) -> None:
    _khg, shp, _zlg, network = three
    write(shp, recovery("XC 000009"))
    reader = as_role(shp, "reader")
    assert "The question goes out with the next exchange" in words(reader.get("/birds/RUM/XC000009").text)
    settle(network)
    page = words(reader.get("/birds/RUM/XC000009").text)
    assert "Its banding is asked for" in page
    assert "Asked on 2025-06-01" in page
    assert "1" in words(reader.get("/network").text)


def test_nobody_is_sent_to_log_in(three: Three) -> None:
    answer = three[0].app.test_client().get("/network")
    assert (answer.status_code, "/login" in answer.headers["Location"]) == (303, True)
