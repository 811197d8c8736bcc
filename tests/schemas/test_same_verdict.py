"""Whatever becomes of a record, the loader and the published documents say the same of it."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codes import table
from schemas.fields import Code, Number, Text, Whole
from schemas.records import KINDS
from tests.schemas.verdicts import ACCEPTED, RECORDS, REFUSED, kind_of, verdicts

ODD_TEXTS = [
    "", " ", "-", "--", "U", "0", "00", "\n", "A\n", "\x00", "\x7f", "\x85", "\u00a0", "\u2028", "Д", "٣",
    "灰头鹀", "😀", "e\u0301", "true", "null", "1.0", "2024-02-30", "2024-02-29\n", "０００１-０１-０１",
    "0000-01-01", "2400", "17--", "1760", "+14:59", "+15:00", "−09:00", "CP--", "-B00", "OE.", "R-x",
    "R-x\n", "Parus major\n", "Parus  major", "x" * 200, "长" * 4001,
]  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.sampled_from([0, 1, -1, 9, 10, 90, 91, 180, 2**31, 2**31 + 1, 10**30]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1.0, 5.0, 5.5, 89.999, 90.0, 90.001, 1e300]),
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.dates().map(str),
    st.from_regex(r"[A-Z+-]{1,2}[0-9A-Z-]{0,6}\n?", fullmatch=True),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def slots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a record where a value stands: its holder, and the key or index in it."""
    found = []
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        found.append((node, key))
        found += slots(inner) if isinstance(inner, (dict, list)) else []
    return found


def words_of(kind: str) -> list[str]:
    """Every name of a group or a field, so that an extra key is often one known elsewhere."""
    return sorted({name for group, g in RECORDS[kind].fields.items() for name in (group, *g.schema.fields)})


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, Any]:
    """An example with one to three things deleted, replaced, bent or added, and the kind to hold it to."""
    # Mostly from accepted ones and mostly one change, so that a good part stays acceptable.
    examples = draw(st.sampled_from([ACCEPTED, ACCEPTED, ACCEPTED, REFUSED]))
    record = copy.deepcopy(draw(st.sampled_from(list(examples.values()))))
    kind = draw(st.sampled_from(sorted(KINDS))) if draw(st.integers(0, 9)) == 0 else kind_of(record)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        places = slots(record)
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        _mutate(draw, holder, key, kind)
    return kind, record


def _mutate(draw: st.DrawFn, holder: Any, key: Any, kind: str) -> None:
    match draw(
        st.sampled_from(["fit", "fit", "fit", "delete", "delete", "replace", "bend", "wrap", "extra", "double"])
    ):
        case "fit":
            _fit(draw, holder, kind)
        case "delete":
            del holder[key]
        case "replace":
            holder[key] = draw(values)
        case "bend":
            holder[key] = draw(bent(holder[key]))
        case "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"core": holder[key]}]))
        case "extra" if isinstance(holder, dict):
            holder[draw(st.sampled_from(words_of(kind)) | st.text(max_size=6))] = draw(values)
        case _ if isinstance(holder, list):
            holder.extend(copy.deepcopy(holder) * draw(st.integers(1, 12)))


def _fit(draw: st.DrawFn, holder: Any, kind: str) -> None:
    """Write a field that the holder may have with a value near or inside what the field takes."""
    known = [(g.schema.fields, name) for g in RECORDS[kind].fields.values() for name in g.schema.fields]
    here = [(fields, name) for fields, name in known if isinstance(holder, dict) and holder.keys() & fields.keys()]
    fields, name = draw(st.sampled_from(here or known))
    if isinstance(holder, dict):
        holder[name] = draw(near(fields[name]))


def near(field: Any) -> st.SearchStrategy[Any]:
    """Values at the edges of what a field takes, and values inside."""
    if isinstance(field, (Whole, Number)):
        edges = [field.least, field.most, (field.least + field.most) // 2]
        return st.sampled_from([edge + step for edge in edges for step in (-1, -0.5, -1e-9, 0, 1e-9, 0.5, 1, 0.0)])
    if isinstance(field, Code):
        return st.sampled_from([*field.codes, *table(field.of).codes, "?"])
    if isinstance(field, Text):
        return st.from_regex(f"(?:{field.pattern or '.*'})\n?", fullmatch=True)
    return st.booleans() | values


def bent(value: Any) -> st.SearchStrategy[Any]:
    """The value, nearly: another type that looks alike, or a character more, fewer or swapped."""
    if isinstance(value, bool):
        return st.sampled_from([int(value), str(value).lower(), not value])
    if isinstance(value, (int, float)):
        return st.sampled_from([str(value), -value, value + 0.5, float(value), value * 10, bool(value)])
    if isinstance(value, str):
        tails = st.sampled_from(["\n", "\r", " ", "\x00", "\u2028", "0", "-", "Z", "я"])
        looks = [value.lower(), value.upper(), value[:-1], value[1:], value[::-1], value * 9, [value], None]
        return st.one_of(tails.map(lambda tail: value + tail), tails.map(lambda head: head + value),
                         st.sampled_from(looks))  # fmt: skip
    return values


def agree(kind: str, record: Any) -> None:
    """Fail where the readers differ."""
    said = verdicts(record, kind)
    assert len(set(said.values())) == 1, said


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_whatever_becomes_of_a_record_every_reader_says_the_same(case: tuple[str, Any]) -> None:
    agree(*case)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None)
@given(mutated())
def test_whatever_becomes_of_a_record_in_a_long_run_every_reader_says_the_same(case: tuple[str, Any]) -> None:
    agree(*case)
