"""Fingerprints as birds: whoever reads them, in whichever language, means the same bytes."""

import hashlib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.log import birds
from schemas.codes import table

FILE = Path(__file__).parents[2] / "schemas" / "codes" / "fingerprint_word.csv"
FROZEN = "2dbc54405c68874a5f3d5704ecef81bb05a5cbbb14c450467b7dcdca68f26da9"
FINGERPRINTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
LANGUAGES = (*birds.LANGUAGES, "scientific")
SOMEBODY = "00ff10" + "7f" * 29


def plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold().replace("ё", "е") if c.isalnum())


def test_the_list_never_changes_since_both_sides_must_read_the_same_birds() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN


def test_the_list_has_one_species_for_each_byte_and_every_one_has_its_names() -> None:
    rows = table("fingerprint_word").rows
    assert list(rows) == [f"{byte:02x}" for byte in range(256)]
    assert len({row["species"] for row in rows.values()}) == 256
    assert {row["species"] for row in rows.values()} <= set(table("species").codes)


@pytest.mark.parametrize("language", birds.LANGUAGES)
def test_no_bird_is_called_as_another_or_as_a_part_of_another(language: str) -> None:
    called = [plain(birds.named(language)(row["species"])) for row in table("fingerprint_word").rows.values()]
    assert [(one, other) for one in called for other in called if one in other] == [(name, name) for name in called]


@given(FINGERPRINTS, st.sampled_from(LANGUAGES), st.sampled_from([", ", "，", "、", "\n", " ; ", ",\n"]))
def test_birds_read_in_any_language_are_read_back(fingerprint: str, language: str, between: str) -> None:
    read = birds.words(fingerprint, birds.named(language))
    assert len(read) == birds.COUNT
    assert birds.bytes_of(between.join(read)) == fingerprint[:20]
    assert birds.beginning(between.join(read)) == fingerprint[:20]


@given(FINGERPRINTS, st.lists(st.sampled_from(LANGUAGES), min_size=birds.COUNT, max_size=birds.COUNT))
def test_two_administrators_may_mix_their_languages(fingerprint: str, languages: list[str]) -> None:
    each = [birds.words(fingerprint, birds.named(language))[n] for n, language in enumerate(languages)]
    assert birds.bytes_of("\n".join(each)) == fingerprint[:20]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hand_that_types_may_be_careless(language: str) -> None:
    read = birds.words(SOMEBODY, birds.named(language))
    careless = "\r\n".join(
        f"  {n}. {bird.upper().replace('-', ' ').replace('Ё', 'Е')} " for n, bird in enumerate(read, 1)
    )
    assert birds.bytes_of(f"\n{careless}\n\n") == SOMEBODY[:20]


def test_one_bird_too_few_too_many_or_unknown_is_no_fingerprint() -> None:
    read = birds.words(SOMEBODY, birds.named("en"))
    for wrong in (read[1:], [*read, read[0]], [*read[:9], "Dodo"], []):
        assert birds.bytes_of(", ".join(wrong)) is None
    assert birds.unknown(", ".join([*read[:9], "Dodo"])) == ["Dodo"]


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_not_and_never_a_fault(text: str) -> None:
    found = birds.beginning(text)
    assert found is None or (16 <= len(found) <= 64 and int(found, 16) >= 0)


@pytest.mark.parametrize("told", ["{:.16}", "{}", "  {:.20}\n", "{:.4} {:.0}"])
def test_figures_are_read_as_well(told: str) -> None:
    text = told.format(SOMEBODY, SOMEBODY)
    assert birds.beginning(text) == (text.strip() if len(text.strip()) >= 16 else None)
    assert birds.beginning("00:FF:10:7F:7F:7F:7F:7F") == SOMEBODY[:16]
    assert birds.beginning(SOMEBODY[:15]) is None
