"""Age codes tell calendar years exactly or at least, letters as well as figures."""

from banding.domain.ages import years_at_least, years_at_most


def test_odd_figures_are_exact_and_even_ones_say_after():
    assert [years_at_least(code) for code in "123456789"] == [1, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [years_at_most(code) for code in "123456789"] == [1, None, 1, None, 2, None, 3, None, 4]


def test_letters_go_on_alternately_without_i_and_o():
    assert [years_at_least(code) for code in "ABCDHJKNPZ"] == [5, 5, 6, 6, 8, 9, 9, 11, 11, 16]
    assert [years_at_most(code) for code in "ABCDHJKNPZ"] == [None, 5, None, 6, 8, None, 9, None, 11, 16]


def test_an_unknown_age_says_nothing():
    for code in ("0", "I", "O", "", None):
        assert years_at_least(code) is None
        assert years_at_most(code) is None
