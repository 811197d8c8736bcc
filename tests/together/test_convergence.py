"""Three nodes write, correct, withdraw, pull, post, are cut off and fall over, and in the end know the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from exchange.talk import pull
from exchange.talk.sync import sync
from exchange.talk.take import Visiting
from tests.together.kit import (
    Network,
    banding,
    befriend,
    make_node,
    reach,
    settle,
    snapshot,
    write,
)
from tests.together.three import (
    CODES,
    AChain,
    AChainThatShowsEverything,
    AHubAndTwoBehindFirewalls,
    PowerCut,
    ThreeNodes,
    plant,
)

MACHINES = [ThreeNodes, AChain, AHubAndTwoBehindFirewalls, AChainThatShowsEverything]
# Each step is a real transaction on a real disk: making a long story short takes minutes, the slow test does it.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.parametrize("machine", MACHINES)
def test_three_nodes_end_with_the_same_knowledge(machine: type[ThreeNodes]) -> None:
    brief = settings(max_examples=5, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(machine, settings=settings(brief, phases=WITHOUT_SHRINKING))


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
def test_three_nodes_end_with_the_same_knowledge_after_long_stories(machine: type[ThreeNodes]) -> None:
    long = settings(max_examples=10, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(machine, settings=long)


def test_the_machine_would_notice_a_cursor_that_runs_ahead_of_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test can fail: the fault from which a transaction protects is planted."""
    real = pull.take

    def hasty(visiting: Visiting, batches: Any, also: Callable[[], None] = lambda: None) -> Any:
        also()
        return real(visiting, batches)

    monkeypatch.setattr(pull, "take", hasty)
    monkeypatch.setattr(pull.Pull, "_missing", lambda _: {})
    one, other = make_node(tmp_path, CODES[0]), make_node(tmp_path, CODES[1])
    befriend(one, other)
    write(one, banding())
    one.node.publisher.publish()
    network = Network().add(one, other)
    with pytest.MonkeyPatch.context() as planted:
        plant(planted, "append", 0, other)
        with pytest.raises(PowerCut):
            sync(other.node, one.code, reach(other, network))
    settle(network)
    assert snapshot(other) == {}
