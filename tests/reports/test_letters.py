"""Letters and certificates: what may stand on them, in three languages, and the code that proves each."""

import gettext
import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from banding.finder.stories import Beyond, alone
from banding.reports import letterhead, letters
from banding.reports.letter_pages import Order, person, printed
from banding.reports.letters import BANDER, FINDER, Facts, checked, code, facts
from banding.station import Station
from banding.web import catalog
from tests.reports.birds import arrive, banding, enter, of_another_node, recovery

BUNTING, STORK = "Emberiza spodocephala", "Ciconia boyciana"
CHINESE, RUSSIAN = "感谢", "Спасибо"


def everything(station: Station) -> Beyond:
    return Beyond(lambda _kept: True, alone(station).erase)


def say_in(language: str):
    catalog.compile_all()
    words = gettext.translation("messages", Path(catalog.TRANSLATIONS), [language], fallback=language == "en")
    return lambda text, **values: words.gettext(text) % values if values else words.gettext(text)


def named(record: dict[str, Any], **people: str) -> dict[str, Any]:
    return record | {"people": people}


def the_return(station: Station) -> str:
    ((found,),) = station.store.returns.rows(columns=("recovery_id",))
    return str(found)


def told(station: Station, audience: str = FINDER, beyond: Beyond | None = None) -> Facts:
    found = facts(station, the_return(station), audience, beyond or everything(station))
    assert found is not None
    return found


def read(body: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())


def fonts(body: bytes) -> set[str]:
    """The names of all fonts, each of which is embedded."""
    names = set()
    for page in PdfReader(io.BytesIO(body)).pages:
        for one in page["/Resources"]["/Font"].values():
            inner = one.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
            names.add(str(inner["/BaseFont"]).partition("+")[2])
    return names


@pytest.fixture
def met(station: Station) -> Station:
    """A bunting of ours that was met again here, with the names of two people."""
    enter(station, named(banding(age="4"), ringer="В. Андронов"), named(recovery(), finder_name="李明"))
    return station


def test_a_finder_hears_of_his_own_bird_all_that_may_be_told(met: Station):
    found = told(met)
    assert (found.banding.day, found.banding.place, found.banding.place_code) == (
        "2024-05-01", "Klyoshinskoe lake", "RU83",
    )  # fmt: skip
    assert (found.days, found.km, found.km_about) == (142, 500, True)
    assert (found.age, found.age_exact) == (2, False)


def test_a_stork_tells_its_finder_neither_day_nor_exact_place_of_its_ringing(station: Station):
    enter(station, banding(species=STORK), recovery(species=STORK))
    found = told(station)
    assert (found.banding.day, found.banding.place, found.days) == ("2024", "", None)
    assert found.banding.coarse or found.banding.point is None
    assert found.recovery.day == "2024-09-20"


def test_who_ringed_a_stork_here_hears_all_of_it(station: Station):
    enter(station, banding(species=STORK), recovery(species=STORK))
    found = told(station, BANDER)
    assert (found.banding.day, found.banding.place, found.days) == ("2024-05-01", "Klyoshinskoe lake", 142)


def test_what_no_terms_let_go_on_stands_in_no_letter(station: Station):
    arrive(station, banding(day="2024-05-01", place_code="CPHK"))
    enter(station, recovery())
    found = told(station, beyond=alone(station))
    assert found.banding.withheld
    assert (found.days, found.km, found.age, found.banding.point) == (None, None, None, None)
    body = printed(station, [found], Order(FINDER, language="ru"), say_in("ru"))
    assert "Klyoshinskoe" not in read(body)


def test_where_there_is_no_return_there_is_no_letter(station: Station):
    (verdict,) = enter(station, recovery())
    assert facts(station, str(verdict.id), FINDER, everything(station)) is None
    assert facts(station, "00000000-0000-4000-8000-000000000000", FINDER, everything(station)) is None


@pytest.mark.parametrize("audience", [FINDER, BANDER])
@pytest.mark.parametrize("form", ["letter", "certificate"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Thankyou"), ("zh", CHINESE), ("ru", RUSSIAN)], ids=["en", "zh", "ru"]
)
def test_one_page_in_the_language_that_was_asked_for(met: Station, audience: str, form: str, language: str, words: str):
    found = told(met, audience)
    body = printed(met, [found], Order(audience, form, language), say_in(language))
    text = read(body)
    assert len(PdfReader(io.BytesIO(body)).pages) == 1
    assert "XC345612" in text
    assert code(met, found) in text
    assert words in text or form == "certificate"
    assert fonts(body) <= {
        "LibertinusSerif-Regular", "LibertinusSerif-Semibold", "LibertinusSerif-Italic", "LibertinusSerif-Bold",
        "NotoSerifCJKsc-Regular", "NotoSansCJKsc-Regular", "DejaVuSansMono",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["letter", "certificate"])
@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_long_names_and_a_full_letterhead_leave_it_one_page(station: Station, form: str, language: str):
    at, long = {"latitude": 49.01694, "longitude": 130.44694}, "Северо-восточный берег озера у старой пасеки, " * 3
    places = [{"place": at | {"name": long[:119]}}, {"place": at | {"name": long[20:139]}}]
    enter(station, banding(age="4") | places[0], {"core": recovery(age="4")["core"]} | places[1])
    head = letterhead.Head({language: "\n".join(["Институт водных и экологических проблем"] * 3)}, {language: "Signed"})
    letterhead.keep(station, head)
    found = told(station, FINDER)
    order = Order(
        FINDER, form, language, "Константин Александрович Преображенский-Беловежский", "https://node.example.org"
    )
    pages = PdfReader(io.BytesIO(printed(station, [found], order, say_in(language)))).pages
    assert len(pages) == 1
    heights: dict[str, float] = {}
    pages[0].extract_text(visitor_text=lambda text, _cm, tm, _font, _size: heights.setdefault(text.strip(), tm[5]))
    below = next(high for text, high in heights.items() if "https://node" in text)
    assert all(high >= below - 1 for text, high in heights.items() if text and "Signed" not in text), heights


def test_the_name_stands_on_it_and_another_may_be_written(met: Station):
    found = told(met)
    assert person(met, found) == "李明"
    assert "李明" in read(printed(met, [found], Order(FINDER)))
    other = read(printed(met, [found], Order(FINDER, name="Wang Fang")))
    assert "WangFang" in other
    assert "李明" not in other


def test_nobody_is_named_of_a_record_that_another_node_wrote(station: Station):
    arrive(station, named(of_another_node(recovery()), finder_name="Li Ming"))
    enter(station, banding())
    assert person(station, told(station)) == ""


def test_the_same_letter_is_the_same_bytes_on_another_day(met: Station, monkeypatch: pytest.MonkeyPatch):
    first = printed(met, [told(met)], Order(FINDER))
    later = met.intake.today().replace(year=2031)
    monkeypatch.setattr(type(met.intake), "today", lambda _self: later)
    assert printed(met, [told(met)], Order(FINDER)) == first


def test_many_letters_are_one_file_with_a_page_each(station: Station):
    enter(station, banding(), recovery(), recovery(day="2024-10-02"))
    ids = [one for (one,) in station.store.returns.rows(columns=("recovery_id",))]
    every = [found for one in ids if (found := facts(station, one, FINDER, everything(station)))]
    body = printed(station, every, Order(FINDER, "certificate", "zh"), say_in("zh"))
    assert len(PdfReader(io.BytesIO(body)).pages) == 2


def test_the_letterhead_of_the_station_stands_on_it(met: Station):
    letterhead.keep(met, letterhead.Head({"en": "Ornithology\nBuilding 3"}, {"en": "The director"}))
    text = read(printed(met, [told(met)], Order(FINDER)))
    assert "OrnithologyBuilding3" in text
    assert "Thedirector" in text


def test_a_code_is_known_again_however_it_is_typed(met: Station):
    printed(met, [told(met)], Order(FINDER))
    said = code(met, told(met))
    for typed in (said, said.lower(), said.replace("-", " "), said.replace("0", "O").replace("1", "I")):
        found = checked(met, typed, everything(met))
        assert found is not None
        assert found[1] == "same"
    assert found is not None
    assert dict(found[0].told) == {
        "scheme": "RUM",
        "ring": "XC 345612",
        "species": BUNTING,
        "days": 142,
        "year": "2024",
    }


def test_a_code_that_was_never_printed_is_known_to_nobody(met: Station):
    assert checked(met, code(met, told(met)), everything(met)) is None
    assert checked(met, "", everything(met)) is None


def test_a_letter_tells_when_what_it_says_no_longer_stands(met: Station):
    found = told(met)
    printed(met, [found], Order(FINDER))
    said = code(met, found)
    changed = checked(met, said, Beyond(lambda _kept: False, alone(met).erase))
    # A bunting of this node is still told in part: its finder hears of his own recovery.
    assert changed is not None
    assert changed[1] == "changed"
    assert letters.normal(said) == said
