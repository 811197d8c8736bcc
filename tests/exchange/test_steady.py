"""Time that a clock set wrong cannot move."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.log.steady import ASLEEP, AWAY, Steady, age, step

seconds = st.floats(-1e12, 1e12)


@given(seconds, st.none() | st.floats(0, 1e9))
def test_a_step_is_never_back_and_never_further_than_can_be_believed(wall: float, running: float | None) -> None:
    assert 0 <= step(wall, running) <= (AWAY if running is None else running + ASLEEP)


@given(seconds, seconds)
def test_what_was_written_in_the_future_or_years_ago_was_written_now(then: float, wall: float) -> None:
    assert 0 <= age(then, wall) <= AWAY


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e12, 1e12)), max_size=8))
def test_steady_time_follows_the_process_and_not_the_clock(moves: list[tuple[float, float]]) -> None:
    ran, store = [0.0], _Notes()
    steady = Steady(store, lambda: ran[0])  # type: ignore[arg-type]
    wall, least, most = 1e9, 0.0, 0.0
    steady.tick(wall)
    for running, jump in moves:
        ran[0] += running
        wall += running + jump
        least, most = least + max(0.0, running - 60), most + running + ASLEEP
        assert least - 1 <= steady.tick(wall) <= most + 1
        assert steady.now == Steady(store).now  # type: ignore[arg-type]


class _Notes:
    """Notes without a file: thousands of ticks are tried."""

    def __init__(self) -> None:
        self.notes, self.kept = self, ""

    def get(self, _name: str) -> str:
        return self.kept

    def set(self, _name: str, value: str) -> None:
        self.kept = value

    def transaction(self) -> "_Notes":
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
