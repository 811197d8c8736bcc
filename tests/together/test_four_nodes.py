"""Whatever befalls four nodes, in the end each knows what it may know, once, and nothing that was told is lost."""

import os

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.together.machine import FourNodes

# Each step is real work on a real disk: making a long story short takes far longer than finding it.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
EXAMPLES = int(os.environ.get("BANDING_EXAMPLES", "0"))


def test_four_nodes_end_with_what_they_may_know() -> None:
    brief = settings(max_examples=2, stateful_step_count=15, deadline=None, derandomize=True)
    run_state_machine_as_test(FourNodes, settings=settings(brief, phases=WITHOUT_SHRINKING))


@pytest.mark.slow
def test_four_nodes_end_with_what_they_may_know_after_long_stories() -> None:
    long = settings(max_examples=EXAMPLES or 4, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(FourNodes, settings=settings(long, phases=WITHOUT_SHRINKING))
