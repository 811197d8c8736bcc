"""How two versions of one record differ."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain.forks import kind

BASE: dict[str, Any] = {"core": {"sex": "U", "age": "4", "generation": 1}, "measurements": {"wing": 70.5}}


def but(**core: Any) -> dict[str, Any]:
    """The base with another core, one version later."""
    return BASE | {"core": BASE["core"] | {"generation": 2} | core}


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        (but(sex="M"), but(sex="M", generation=3), ("same", ["core.sex"], ["core.sex"], [])),
        (but(sex="M"), but(age="5"), ("soft", ["core.sex"], ["core.age"], [])),
        (but(sex="M"), but(sex="F", age="5"), ("hard", ["core.sex"], ["core.age", "core.sex"], ["core.sex"])),
        (but(sex="M"), BASE, ("soft", ["core.sex"], [], [])),
        (but(confirmed=["R-speed"]), but(), ("same", [], [], [])),
        ({"core": BASE["core"]}, but(sex="M"), ("soft", ["measurements.wing"], ["core.sex"], [])),
        ({"core": BASE["core"]}, BASE | {"measurements": {"wing": 71.0}},
         ("hard", ["measurements.wing"], ["measurements.wing"], ["measurements.wing"])),
    ],
)  # fmt: skip
def test_a_difference_is_told_with_its_fields(a: Any, b: Any, told: Any) -> None:
    assert tuple(kind(a, b, BASE)) == told


def test_without_the_version_before_everything_told_twice_and_differently_is_hard() -> None:
    assert kind(but(sex="M"), but(sex="F")).at_odds == ["core.sex"]
    assert kind(but(sex="M"), but(colour="red", sex="M")).kind == "soft"


FIELDS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2))
GROUPS = st.fixed_dictionaries({"core": FIELDS}, optional={"place": FIELDS})


@given(a=GROUPS, b=GROUPS, base=GROUPS | st.none())
def test_neither_side_is_preferred(a: Any, b: Any, base: Any) -> None:
    one, other = kind(a, b, base), kind(b, a, base)
    assert (one.kind, one.first, one.second, one.at_odds) == (other.kind, other.second, other.first, other.at_odds)
