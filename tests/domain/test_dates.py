"""Days are understood as people here write them; a doubtful one is asked about, never guessed."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.domain import dates
from banding.domain.dates import DateNotUnderstood, DoubtfulDate, understand

DAY = date(1999, 8, 7)
DAYS = st.dates(date(1600, 1, 1), date(2199, 12, 31))
NAMES = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@pytest.mark.parametrize(
    "text",
    [
        "1999-08-07", "1999-8-7", "1999/8/7", "1999.08.07", "7.8.1999", "07.08.1999", "07.VIII.1999",
        "7 viii 1999",
        "7-VIII-1999", "7 августа 1999", "7 августа 1999 г.", "7 авг. 1999", "1999年8月7日", "1999年 8月 7号",
        "１９９９－０８－０７", "7 August 1999", "7th Aug 1999",
        "August 7, 1999", "1999-08-07 00:00:00", " 7 . 8 . 1999 ",
    ],
)  # fmt: skip
def test_a_day_is_understood(text: str):
    assert understand(text) == DAY


@pytest.mark.parametrize("numeral", ["X", "Х", "x", "х"])
def test_a_roman_month_may_be_typed_in_cyrillic(numeral: str):
    assert understand(f"7.{numeral}.1999") == date(1999, 10, 7)


@pytest.mark.parametrize("text", ["08/07/1999", "7-8-1999", "7.8.99", "7/8/99", "07081999", "19990807", "99.08.07"])
def test_a_doubtful_day_is_asked_about(text: str):
    with pytest.raises(DoubtfulDate) as told:
        understand(text)
    assert DAY in told.value.candidates
    assert told.value.text == text


def test_strokes_with_one_reading_leave_no_doubt():
    assert understand("25/12/1999") == understand("12/25/1999") == date(1999, 12, 25)
    assert understand("8/8/1999") == date(1999, 8, 8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "31.2.1999",
        "1999-02-30",
        "7.13.1999",
        "1599-12-31",
        "2200-01-01",
        "7 foo 1999",
        "7.8.199",
        "12",
    ],
)
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(DateNotUnderstood) as told:
        understand(text)
    assert told.value.text == text


@given(DAYS, st.sampled_from(["{0:%d.%m.}{1}", "{1}-{0:%m-%d}", "{1}年{2}月{3}日", "{3} {4} {1}"]))
def test_every_day_comes_back_from_every_spelling(day: date, spelling: str):
    text = spelling.format(day, f"{day.year:04}", day.month, day.day, NAMES[day.month - 1])
    assert understand(text) == day


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}", fullmatch=True))
def test_any_text_is_a_day_or_refused_as_none(text: str):
    # Anything but a refusal of its own kind would come out of here.
    with suppress(DateNotUnderstood, DoubtfulDate):
        assert 1600 <= understand(text).year <= 2199


@given(DAYS)
def test_every_day_comes_back_from_euring(day: date):
    assert dates.from_euring(dates.to_euring(day)) == day


def test_euring_puts_the_day_first():
    assert dates.to_euring(DAY) == "07081999"


@pytest.mark.parametrize("text", ["31021999", "0708199", "070819990", "--------", "07 81999", "０７０８１９９９"])
def test_eight_figures_that_are_no_day_are_refused(text: str):
    with pytest.raises(DateNotUnderstood):
        dates.from_euring(text)


def test_today_is_by_the_clock_of_the_station():
    now = datetime(2024, 5, 1, 15, 30, tzinfo=UTC)
    assert dates.today_at(now, "Asia/Harbin") == date(2024, 5, 1)
    assert dates.today_at(now, "Asia/Yakutsk") == date(2024, 5, 2)
    assert dates.today_at(now.replace(tzinfo=None), "Asia/Yakutsk") == date(2024, 5, 2)


@pytest.mark.parametrize(
    ("day", "time", "zone", "offset"),
    [
        (date(2024, 5, 1), "1715", "Asia/Yakutsk", "+09:00"),
        (date(2024, 5, 1), None, "Asia/Shanghai", "+08:00"),
        (date(2012, 5, 1), "17--", "Asia/Vladivostok", "+11:00"),
        (date(2024, 7, 1), "0600", "America/St_Johns", "-02:30"),
        (date(2024, 3, 31), "0100", "Europe/Berlin", "+01:00"),
        (date(2024, 3, 31), "0400", "Europe/Berlin", "+02:00"),
    ],
)
def test_the_offset_is_that_of_the_day_and_hour(day: date, time: str | None, zone: str, offset: str):
    assert dates.offset_at(day, time, zone) == offset


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        ("1715", "17--", True), ("17--", "17--", True), ("1715", None, True), (None, None, True),
        ("1715", "1715", True),
        ("1759", "1800", False), ("17--", "1800", False), ("1715", "1716", False), ("----", "0900", True),
    ],
)  # fmt: skip
def test_times_agree_as_far_as_they_are_told(a: str | None, b: str | None, agree: bool):
    assert dates.times_compatible(a, b) is agree
    assert dates.times_compatible(b, a) is agree
