"""The pages about peers: what they say, who may change something, and that they speak three languages."""

import pytest

from banding.web.access import ROLES
from exchange.log.book import Visit
from exchange.talk.proving import prove
from exchange.talk.take import Visiting, take
from tests.exchange import made
from tests.exchange.forms import Pair, act, as_role
from tests.together.kit import banding, peer_of, pull, recovery, write
from tests.web.conftest import token_of, words

pytestmark = pytest.mark.usefixtures("staffed")


def test_the_page_says_what_came_and_how_far_each_log_is_held(pair: Pair) -> None:
    khg, shp, network = pair
    write(khg, banding())
    reader = as_role(shp, "reader")
    assert "never" in words(reader.get("/peers").text)
    pull(shp, khg, network)
    page = words(reader.get("/peers").text)
    assert "in order" in page
    assert f"{khg.node.publisher.log} 1" in page
    assert shp.node.key.fingerprint in page
    assert "AM-KHG" in words(reader.get("/").text)


def test_a_peers_trouble_is_on_the_first_page_and_on_its_own(pair: Pair) -> None:
    khg, shp, network = pair
    network.down = True
    pull(shp, khg, network)
    reader = as_role(shp, "reader")
    for path in ("/", "/peers", "/peers/AM-KHG"):
        assert "cannot be reached" in words(reader.get(path).text), path


def test_a_record_says_by_which_log_it_came_and_what_is_withheld(pair: Pair) -> None:
    khg, shp, network = pair
    (theirs,) = write(khg, banding(people={"ringer": "N. N."}))
    (ours,) = write(shp, recovery())
    pull(shp, khg, network)
    reader = as_role(shp, "reader")
    page = words(reader.get(f"/records/{theirs}").text)
    assert khg.node.publisher.log in page
    assert "Signature verified" in page
    assert "Withheld by its origin" in page
    own = words(reader.get(f"/records/{ours}").text)
    assert "Signature verified" not in own


def test_what_is_set_aside_and_refused_is_shown_with_its_reasons(pair: Pair) -> None:
    _, shp, _ = pair
    entries = [made.entry(1, {"core": made.core(origin="PR-KHN", ring="<b>1</b>")})]
    log = "PR-KHN.0123456789abcdef"
    with shp.station.store.transaction():
        shp.node.ledger.trust("PR-KHN", made.public("PR-KHN"))
    spoilt = made.batch([made.entry(1, {"core": made.core(origin="HL-QFG")})], log, signer="PR-KHN")
    forged = made.batch(entries, log, signer="PR-KHN", root=bytes(32))
    assert take(Visiting(shp.node, "AM-KHG"), [prove(shp.node, spoilt), prove(shp.node, forged)]).aside == 1
    page = as_role(shp, "reader").get("/set-aside").text
    assert f"{log} 1" in words(page)
    assert "HL-QFG" in words(page)
    assert "W-root" in words(page)
    assert "<b>1</b>" not in page


def test_what_a_node_that_is_not_known_signed_says_whose_key_is_wanting_until_it_is_known(pair: Pair) -> None:
    _, shp, _ = pair
    log = "PR-KHN.0123456789abcdef"
    unknown = made.batch([made.entry(1, {"core": made.core(origin="PR-KHN")})], log, signer="PR-KHN")
    take(Visiting(shp.node, "AM-KHG"), [prove(shp.node, unknown)])
    (boss, reader), wanting = (as_role(shp, role) for role in ("administrator", "reader")), "No trusted key is known"
    for somebody, is_led in ((boss, True), (reader, False)):
        page = somebody.get("/set-aside").text
        assert f"{wanting} for the log {log}" in words(page)
        assert ('href="/peers/new"' in page) is is_led
    with shp.station.store.transaction():
        shp.node.ledger.trust("PR-KHN", made.public("PR-KHN"))
    page = boss.get("/set-aside").text
    assert "A key of PR-KHN is known by now" in words(page)
    assert 'href="/peers/new"' not in page


def test_an_operator_may_ask_for_a_sync_and_only_an_administrator_may_pause_it(pair: Pair) -> None:
    _, shp, _ = pair
    shp.node.book.note("AM-KHG", next_at=1e12)
    allowed = {("operator", "now"), ("reviewer", "now"), ("administrator", "now"), ("administrator", "pause")}
    for role in ROLES:
        somebody = as_role(shp, role)
        for deed in ("now", "pause"):
            answer = somebody.post(f"/peers/AM-KHG/{deed}", data={"csrf_token": token_of(somebody)})
            assert (answer.status_code == 303) == ((role, deed) in allowed), (role, deed, answer.status_code)
    peer = peer_of(shp, "AM-KHG")
    assert (peer.next_at, peer.paused) == (0.0, True)


def test_a_form_without_its_token_changes_nothing(pair: Pair) -> None:
    _, shp, _ = pair
    assert as_role(shp, "administrator").post("/peers/AM-KHG/pause").status_code == 400
    peer = peer_of(shp, "AM-KHG")
    assert not peer.paused


def test_a_peer_that_nobody_knows_is_not_found(pair: Pair) -> None:
    _, shp, _ = pair
    boss = as_role(shp, "administrator")
    assert boss.get("/peers/XX-YYY").status_code == 404
    assert boss.post("/peers/XX-YYY/now", data={"csrf_token": token_of(boss)}).status_code == 404


def test_what_a_peer_says_of_itself_stays_text(pair: Pair) -> None:
    _, shp, _ = pair
    with shp.station.store.transaction():
        shp.node.book.visited(Visit("AM-KHG", shp.node.at(), "pulled", trouble="<script>alert(1)</script>"))
        shp.node.book.note("AM-KHG", trouble="<script>alert(1)</script>")
    reader = as_role(shp, "reader")
    for path in ("/", "/peers", "/peers/AM-KHG"):
        assert "<script>alert" not in reader.get(path).text


@pytest.mark.parametrize("path", ["/peers", "/peers/AM-KHG", "/set-aside"])
def test_the_pages_speak_three_languages(pair: Pair, path: str) -> None:
    _, shp, _ = pair
    reader = as_role(shp, "reader")
    seen = set()
    for language in ("en", "zh", "ru"):
        act(reader, "/language", language=language)
        seen.add(words(reader.get(path).text.partition("<main")[2]))
    assert len(seen) == 3
