"""A species is found by any name that people type, and a guarded one under its older names too."""

import time

import pytest

from banding.domain.species import SpeciesList
from schemas.codes import table
from tests.domain.birds import SPECIES


def found(text: str) -> str | None:
    species = SPECIES.find(text)
    return species.scientific_name if species else None


@pytest.mark.parametrize(
    "text",
    ["Emberiza spodocephala", "emberiza SPODOCEPHALA", "Black-faced Bunting", "black faced bunting", "灰头鹀",
     "Седоголовая овсянка", "18690", "Schoeniclus spodocephalus"],
)  # fmt: skip
def test_a_bunting_has_many_names(text: str):
    assert found(text) == "Emberiza spodocephala"


def test_yo_is_ye_and_an_apostrophe_may_be_left_out():
    assert found("черный журавль") == found("Чёрный журавль") == "Grus monacha"
    assert found("Pallass Reed Bunting") == found("Pallas's reed bunting") == "Emberiza pallasi"


def test_a_code_may_lose_its_leading_zero():
    assert found("1340") == found("01340") == "Ciconia nigra"


def test_what_is_no_name_finds_nothing():
    assert found("") is None
    assert found("Emberiza") is None
    assert found("99999") is None


def test_a_species_without_a_code_is_not_found_by_an_empty_one():
    assert SPECIES.find("") is None
    assert found("Oriental Stork") == "Ciconia boyciana"


@pytest.mark.parametrize("text", ["emb spo", "spodo", "bunt", "灰头", "овсянка сед", "седогол", "186", "black bun"])
def test_people_type_parts(text: str):
    names = [species.scientific_name for species in SPECIES.search(text)]
    assert ("Emberiza spodocephala" in names) == (text != "овсянка сед")


def test_beginnings_come_before_parts():
    assert [species.scientific_name for species in SPECIES.search("cic")] == [
        "Ciconia boyciana",
        "Ciconia nigra",
    ]
    names = [species.scientific_name for species in SPECIES.search("grus")]
    assert names[0] == "Grus monacha"
    assert len(SPECIES.search("e", limit=2)) == 2
    assert SPECIES.search("  ") == []


def test_an_older_name_is_as_guarded_as_the_accepted_one():
    assert SPECIES.sensitivity("Grus monacha") == 3
    assert SPECIES.sensitivity("Antigone monacha") == 3
    assert SPECIES.sensitivity("Grus monacha orientalis") == 3


def test_a_bird_told_to_its_genus_is_as_guarded_as_the_most_guarded_of_it():
    assert SPECIES.sensitivity("Ciconia") == 3
    assert SPECIES.sensitivity("Emberiza") == 2


def test_an_unknown_species_is_treated_with_care():
    assert SPECIES.sensitivity("Larus vegae") == 2
    assert SpeciesList([{"scientific_name": "Larus vegae"}]).sensitivity("Larus vegae") == 2


def test_a_name_falls_back_to_the_latin_one():
    stork = SPECIES.by_name("Ciconia boyciana")
    assert stork is not None
    assert stork.name("ru") == "Дальневосточный аист"
    assert stork.name("ko") == "Ciconia boyciana"
    assert not stork.waterfowl
    assert len(SPECIES) == len(list(SPECIES)) == 5


# -- the list itself --------------------------------------------------------------------------------------

WHOLE = SpeciesList(table("species").rows.values())


@pytest.mark.parametrize(
    "typed", ["dfbg", "DFBG", "dongfangbaiguan", "dong fang bai guan", "dongfangbaig", "东方白鹳", "Oriental Stork"]
)
def test_pinyin_and_its_initials_find_the_stork(typed: str):
    assert [one.scientific_name for one in WHOLE.search(typed)] == ["Ciconia boyciana"]


def test_pinyin_is_searched_from_any_syllable_but_from_no_middle_of_one():
    assert "Ciconia boyciana" in [one.scientific_name for one in WHOLE.search("baiguan")]
    assert WHOLE.search("aiguan") == []
    assert WHOLE.search("fbg") == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("hei guan", "Ciconia nigra"), ("dongfangheng", "Anarhynchus veredus"), ("jiyu", "Actitis hypoleucos"),
        ("banwei cheng yu", "Limosa lapponica"), ("heihoushiji", "Saxicola maurus"), ("lvtouya", "Anas platyrhynchos"),
        ("lü tou ya", "Anas platyrhynchos"), ("damajian", "Botaurus stellaris"), ("damayan", "Botaurus stellaris"),
        ("xiaoshaoyu", "Numenius minutus"), ("xiaobiaoyu", "Numenius minutus"), ("diaoxiao", "Bubo bubo"),
        ("huangzhuasun", "Falco naumanni"), ("changweiya", "Clangula hyemalis"), ("putongkuang", "Buteo japonicus"),
        ("mian fu", "Nettapus coromandelianus"), ("tiezhuawu", "Calcarius lapponicus"),
        ("baitoubei", "Pycnonotus sinensis"),
    ],
)  # fmt: skip
def test_characters_of_birds_are_read_as_bird_people_read_them(typed: str, name: str):
    assert name in [one.scientific_name for one in WHOLE.search(typed)]


@pytest.mark.parametrize("typed", ["Grus vipio", "grus vipio", "Antigone vipio", "04370", "4370", "白枕鹤"])
def test_an_older_name_or_a_code_finds_the_species(typed: str):
    species = WHOLE.find(typed)
    assert species is not None
    assert species.scientific_name == "Antigone vipio"


def test_russian_without_yo_finds_the_same_birds():
    assert [one.scientific_name for one in WHOLE.search("черный журавль")] == ["Grus monacha"]
    assert WHOLE.search("чёрный журавль") == WHOLE.search("черный журавль")


def test_a_latin_name_comes_before_pinyin_that_begins_alike():
    assert WHOLE.search("hei")[0].scientific_name != WHOLE.search("heiguan")[0].scientific_name == "Ciconia nigra"
    assert WHOLE.search("pica")[0].scientific_name.startswith("Pica")


def test_a_whole_name_in_pinyin_is_the_species_where_only_one_is_spelt_so():
    bunting = WHOLE.find("hui tou wu")
    assert bunting is not None
    assert bunting.scientific_name == "Emberiza spodocephala"
    assert WHOLE.find("HuiTouWu") == bunting
    for typed in ("ji yu", "e", "htw", "hui tou", "touwu"):
        assert WHOLE.find(typed) is None, typed


TWINS = SpeciesList(
    [
        {"scientific_name": "Saxicola maurus", "euring_code": "01390", "en": "Stone-chat", "pinyin": "shi ji",
         "synonyms": "Saxicola stejnegeri;Saxicola torquatus"},
        {"scientific_name": "Saxicola stejnegeri", "euring_code": "13900", "en": "stone chat", "zh": "石䳭",
         "zh_alt": "石䳭", "synonyms": "Saxicola torquatus", "pinyin": "shi ji"},
        {"scientific_name": "Saxicola insignis", "en": "Bushchat", "synonyms": "Saxicola insignis", "pinyin": "bai"},
    ]
)  # fmt: skip


@pytest.mark.parametrize("typed", ["Stone-chat", "STONE CHAT", "saxicola torquatus", "shiji", "Shi Ji"])
def test_a_name_that_two_species_share_is_the_name_of_both(typed: str):
    assert [one.scientific_name for one in TWINS.named(typed)] == ["Saxicola maurus", "Saxicola stejnegeri"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("saxicola stejnegeri", "Saxicola stejnegeri"), ("石䳭", "Saxicola stejnegeri"), ("1390", "Saxicola maurus"),
     ("13900", "Saxicola stejnegeri"), ("Saxicola insignis", "Saxicola insignis")],
)  # fmt: skip
def test_a_valid_name_is_of_its_own_species_alone_whichever_has_borne_it_before(typed: str, name: str):
    assert [one.scientific_name for one in TWINS.named(typed)] == [name]


def test_what_is_no_whole_name_is_nobodys():
    assert TWINS.named("stone") == TWINS.named("bai") == TWINS.named("") == ()


def test_no_name_of_the_list_itself_is_shared_but_in_pinyin():
    for row in table("species").rows.values():
        for column in ("scientific_name", "euring_code", "en", "zh", "ru", "synonyms", "zh_alt"):
            for name in filter(None, row[column].split(";")):
                assert [one.scientific_name for one in WHOLE.named(name)] == [row["scientific_name"]], name
    assert {one.scientific_name for one in WHOLE.named("jiyu")} == {"Lymnocryptes minimus", "Actitis hypoleucos"}


def test_every_chinese_name_is_found_by_its_pinyin_and_by_its_initials():
    for name, row in table("species").rows.items():
        for column in ("pinyin", "initials"):
            for spelt in row[column].split(";"):
                assert name in [one.scientific_name for one in WHOLE.search(spelt, limit=600)], (name, spelt)


def test_the_whole_list_is_searched_in_a_few_milliseconds():
    assert min(_seconds(WHOLE, typed) for typed in ("e",) * 20) < 0.02


def _seconds(species: SpeciesList, typed: str) -> float:
    start = time.perf_counter()
    species.search(typed)
    return time.perf_counter() - start
