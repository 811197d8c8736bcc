"""The first page, the frame around every page, and the places in it that other rooms fill."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from banding.station import Station
from banding.web.access import ANYONE, ROLES, Access, allow
from banding.web.slots import add_nav, fill
from tests.reports.birds import banding, enter, recovery

Somebody = Callable[[str], FlaskClient]


def counts(page: str) -> list[str]:
    return re.findall(r"<dd>([^<]*)</dd>", page)


def test_an_empty_node_says_what_to_do_first(as_role: Somebody):
    page = as_role("operator").get("/").text
    assert "Nothing is kept here yet" in page
    assert "Begin with a banding" in page
    assert 'href="/enter/banding"' in page
    assert counts(page) == ["0", "0", "0"]


def test_a_reader_of_an_empty_node_is_not_sent_where_a_reader_may_not_go(as_role: Somebody):
    page = as_role("reader").get("/").text
    assert "Nothing is kept here yet" in page
    assert "/enter/" not in page


def test_the_newest_return_stands_on_the_first_page_and_leads_to_its_bird(as_role: Somebody, station: Station):
    assert all(v.is_kept for v in enter(station, banding(), recovery(), banding("XC 345613")))
    somebody = as_role("reader")
    page = somebody.get("/").text
    assert counts(page) == ["2", "1", "1"]
    assert "2024-09-20" in page
    bird = re.search(r'href="(/birds/[^"]+)"', page).group(1)
    assert "XC 345612" in somebody.get(bird).text


def test_birds_that_nobody_has_met_again_make_no_return(as_role: Somebody, station: Station):
    enter(station, banding())
    page = as_role("reader").get("/").text
    assert counts(page) == ["1", "0", "0"]
    assert "No bird banded and met again is known here yet." in page


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_shows_only_where_one_may_go(as_role: Somebody, role: str):
    somebody = as_role(role)
    menu = re.search(r'<nav class="menu".*?</nav>', somebody.get("/").text, re.DOTALL).group(0)
    for path in re.findall(r'href="([^"]+)"', menu):
        assert somebody.get(path).status_code == 200, path


def test_nobody_has_no_menu(client: FlaskClient):
    assert '<nav class="menu"' not in client.get("/login").text


def test_another_room_fills_a_slot_and_what_is_no_markup_is_escaped(app: Flask, as_role: Somebody):
    fill(app, "home.news", lambda: Markup("<p>two nodes are silent</p>"))
    fill(app, "home.news", lambda: "<script>")
    page = as_role("reader").get("/").text
    assert "<p>two nodes are silent</p>&lt;script&gt;" in page


def test_another_room_adds_to_the_menu(app: Flask, as_role: Somebody):
    app.add_url_rule("/peers", "peers", lambda: "peers")
    allow(app, [Access("peers", ("GET",), "reviewer")])
    add_nav(app, "peers", "Peers & friends", "reviewer")
    assert "Peers &amp; friends" in as_role("reviewer").get("/").text
    assert 'href="/peers"' not in as_role("reader").get("/").text


def test_every_page_has_one_title_a_way_past_the_menu_and_a_name_for_every_control(as_role: Somebody):
    somebody = as_role("administrator")
    pages = ["/", "/me", "/accounts", "/records", "/returns", "/enter/banding", "/enter/recovery", "/nowhere"]
    for path in pages:
        page = somebody.get(path).text
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        assert 'href="#main"' in page
        labelled = set(re.findall(r'for="([^"]+)"', page))
        for tag, attributes in re.findall(r"<(input|select|textarea)\b([^>]*)>", page):
            if 'type="hidden"' in attributes or 'type="radio"' in attributes or 'type="checkbox"' in attributes:
                continue
            name = re.search(r'\bid="([^"]+)"', attributes)
            assert name, (path, tag, attributes)
            assert name.group(1) in labelled or "aria-label" in attributes, (path, attributes)


def test_no_page_names_two_things_alike(as_role: Somebody):
    somebody = as_role("administrator")
    for path in ("/me", "/accounts", "/enter/banding", "/records", "/returns"):
        names = re.findall(r'\bid="([^"]+)"', somebody.get(path).text)
        assert len(names) == len(set(names)), (path, [n for n in names if names.count(n) > 1])


def test_an_open_page_is_open_though_a_slot_is_empty(app: Flask, client: FlaskClient):
    app.add_url_rule("/quiet", "quiet", lambda: app.jinja_env.globals["slot"]("nothing.here") or "empty")
    allow(app, [Access("quiet", ("GET",), ANYONE)])
    assert client.get("/quiet").text == "empty"
