"""What a log that waits would change is shown field by field, in the words of the forms."""

import pytest

from exchange.log import publish
from exchange.pages import crossing
from tests.exchange.forms import Pair, as_role, send
from tests.together.kit import banding, correct, pull, reach, record_of, write

pytestmark = pytest.mark.usefixtures("staffed")


def test_what_corrections_would_change_is_shown_before_and_after(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    khg, shp, network = pair
    monkeypatch.setattr(publish, "BATCH", 10)
    monkeypatch.setattr(crossing, "connect", lambda _node: reach(shp, network))
    uuids = write(khg, *(banding(f"XC {at:06}", sex="M") for at in range(30)))
    pull(shp, khg, network)
    for uuid in uuids:
        correct(khg, uuid, sex="F")
    assert pull(shp, khg, network).taken.waiting == (khg.node.publisher.log,)
    status, said = send(as_role(shp, "operator"), f"/held/{khg.node.publisher.log}/sample")
    assert (status, said.count("sex: M → F")) == (200, 10)
    assert "core.sex" not in said
    assert record_of(shp, uuids[-1]).core["sex"] == "M"
