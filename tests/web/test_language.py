"""Every sentence is there in three languages, and each person is spoken to in their own."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask.testing import FlaskClient

from banding.domain.rules import Finding
from banding.station import Station
from banding.web import catalog
from banding.web.language import NAMES, TAGS
from banding.web.words import decimal, hour, measured, sentence, species_name, word
from tests.web.conftest import token_of

Somebody = Callable[[str], FlaskClient]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(%%)")
CODE = re.compile(r"`[^`]*`")
LETTERS = {"zh": re.compile(r"[一-鿿]"), "ru": re.compile(r"[а-яё]", re.IGNORECASE)}
LOG_IN = {"en": "Log in", "zh": "登录", "ru": "Войти"}


def ids(found: Catalog) -> set[tuple[object, str | None]]:
    return {(m.id, m.context) for m in found if m.id}


@cache
def said_in(*rooms: str) -> set[tuple[object, str | None]]:
    return ids(catalog.gathered(rooms))


def forms(text: object) -> list[str]:
    return [str(one) for one in text] if isinstance(text, (tuple, list)) else [str(text)]


# -- the catalogues ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", catalog.LANGUAGES)
@pytest.mark.parametrize("room", catalog.ROOMS)
def test_every_sentence_in_the_code_is_in_the_catalogue_and_translated(language: str, room: str):
    kept = catalog.read(language)
    unknown = said_in(room) - ids(kept)
    assert unknown == set(), "run python -m banding.web.catalog and translate what it prints"
    said = {str(message) for message, _context in said_in(room)}
    assert [sentence for sentence in catalog.missing(kept) if sentence in said] == []


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_the_catalogue_holds_nothing_that_nobody_says_and_nothing_uncertain(language: str):
    kept = catalog.read(language)
    assert ids(kept) - set().union(*map(said_in, catalog.ROOMS)) == set()
    assert [m.id for m in kept if m.id and m.fuzzy] == []
    assert not kept.obsolete


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_a_translation_fills_in_the_same_values(language: str):
    for message in catalog.read(language):
        if not message.id or not message.string:
            continue
        names = {name for one in forms(message.id) for name in PLACEHOLDER.findall(one)}
        for one in forms(message.string):
            assert set(PLACEHOLDER.findall(one)) == names, message.id


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_a_translation_is_written_in_the_letters_of_its_language(language: str):
    for message in catalog.read(language):
        for one in forms(message.string) if message.id and message.string else []:
            assert LETTERS[language].search(one), message.id


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_commands_and_names_of_settings_are_left_as_they_are_typed(language: str):
    for message in catalog.read(language):
        for one in forms(message.string) if message.id and message.string else []:
            assert CODE.findall(one) == CODE.findall(forms(message.id)[0])


def test_the_extraction_finds_what_errors_say(tmp_path):
    source = (
        b'raise Refused("It is so", mend="Do it" if x else "Do not")\nclass E(NotFound): pass\nE("Gone")\n_("Hi")\n'
    )
    path = tmp_path / "one.py"
    path.write_bytes(source)
    with path.open("rb") as file:
        found = {message for _, _, message, _ in catalog.extract_python(file, catalog.KEYWORDS, [], {})}
    assert found == {"It is so", "Do it", "Do not", "Gone", "Hi"}


# -- who is spoken to how ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", NAMES)
def test_the_page_is_in_the_language_chosen_and_says_so(client: FlaskClient, language: str):
    answer = client.post("/language", data={"language": language, "next": "/login", "csrf_token": token_of(client)})
    assert answer.headers["Location"] == "/login"
    page = client.get("/login").text
    assert f'<html lang="{TAGS[language]}">' in page
    assert f"<h1>{LOG_IN[language]}</h1>" in page


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("ru-RU,ru;q=0.9", "ru"),
        ("en-GB", "en"),
        ("fr,ko", "en"),
        ("zh-Hans-CN", "zh"),
    ],
)
def test_the_browser_is_asked_when_nobody_has_chosen(client: FlaskClient, accepted: str, language: str):
    assert LOG_IN[language] in client.get("/login", headers={"Accept-Language": accepted}).text


def test_the_account_goes_before_the_device_and_the_device_before_the_browser(as_role: Somebody, station: Station):
    somebody = as_role("reader")
    russian = {"Accept-Language": "ru"}
    assert '<html lang="ru">' in somebody.get("/me", headers=russian).text
    somebody.set_cookie("language", "zh")
    assert '<html lang="zh-Hans">' in somebody.get("/me", headers=russian).text
    station.store.accounts.change(station.store.accounts.by_name("reader").id, language="en")
    assert '<html lang="en">' in somebody.get("/me", headers=russian).text


def test_a_choice_is_kept_in_the_account(as_role: Somebody, station: Station):
    somebody = as_role("reader")
    somebody.post("/language", data={"language": "zh", "csrf_token": token_of(somebody)})
    assert station.store.accounts.by_name("reader").language == "zh"
    assert '<html lang="zh-Hans">' in as_role("reader").get("/me").text


def test_the_choice_leads_to_no_other_place_and_takes_no_other_word(client: FlaskClient):
    form = {"language": "xx", "next": "https://evil.example/", "csrf_token": token_of(client)}
    answer = client.post("/language", data=form)
    assert answer.headers["Location"] == "/"
    assert "language=" not in "".join(answer.headers.getlist("Set-Cookie"))


# -- words -------------------------------------------------------------------------------------------------


@pytest.fixture
def speaking(app: Flask) -> Callable[[str], object]:
    """A moment in which a page of a language is made."""
    return lambda language: app.test_request_context(headers={"Accept-Language": language})


def test_a_number_is_written_as_its_language_writes_it(speaking):
    written = {}
    for language in NAMES:
        with speaking(language):
            written[language] = decimal(12345.678)
    assert written == {"en": "12,345.7", "zh": "12,345.7", "ru": "12\u00a0345,7"}


def test_a_unit_and_a_time_of_day_are_written_as_people_read_them(speaking):
    written = {}
    for language in NAMES:
        with speaking(language):
            written[language] = (measured(71.5, "mm"), measured(8050, "metre"), measured(49.01, "degree"))
    assert written == {
        "en": ("71.5 mm", "8050 m", "49.01"), "zh": ("71.5 毫米", "8050 米", "49.01"),
        "ru": ("71,5 мм", "8050 м", "49.01"),
    }  # fmt: skip
    assert [hour(text) for text in ("0249", "1810", "----", "")] == ["02:49", "18:10", "----", ""]


def test_a_species_and_a_code_are_named_in_each_language(speaking):
    with speaking("zh"):
        assert species_name("Grus japonensis") == "丹顶鹤"
        assert word("sex", "F") == "雌"
    with speaking("ru"):
        assert species_name("Grus japonensis") == "Японский журавль"
        assert species_name("Nomen nudum") == "Nomen nudum"
        assert word("sex", "?") == "?"


def test_what_a_rule_says_names_its_values_in_words(speaking):
    finding = Finding("R-sex-differs", "warning", "core.sex", {"sex": "F", "earlier": "M"})
    with speaking("zh"):
        assert "雌" in sentence(finding)
        assert "雄" in sentence(finding)


def test_a_sentence_with_a_value_missing_is_still_said(speaking):
    with speaking("en"):
        assert "{banding_day}" in sentence(Finding("R-before-banding", "error", "core.day", {"day": "2024-05-01"}))


def test_a_code_without_a_sentence_is_said_as_it_is(speaking):
    with speaking("ru"):
        assert sentence(Finding("R-of-a-later-version", "warning", "core.day", {})) == "R-of-a-later-version"
