"""`banding sync` and `banding peers`: what they say, and what a program reads from them."""

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from banding import settings as stations
from banding.command import cli
from exchange import command, peering
from exchange.log import birds
from exchange.log.book import Peer
from exchange.talk.peer import PeerClient
from exchange.talk.succession import replace_lost_key
from tests.exchange.forms import Apart
from tests.together.kit import Network, banding, befriend, peer_of, reach, write

Type = Callable[..., Result]


@pytest.fixture
def typed(strangers: Apart, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Type a command at Sanhuanpao; the line to Khingansky is the tests' own."""
    khg, shp = strangers
    for name in stations.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANDING_HOME", str(shp.station.settings.home))
    monkeypatch.setenv("BANDING_STATION", "HL-SHP")
    network = Network().add(khg, shp)
    monkeypatch.setattr(command, "connect", lambda _node: reach(shp, network))
    before = dict(cli.commands)
    for one in command.commands:
        cli.add_command(one)
    yield lambda *words, **options: CliRunner().invoke(cli, list(words), **options)
    cli.commands.clear()
    cli.commands.update(before)


def test_a_sync_says_in_a_line_what_came(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    write(khg, banding())
    result = typed("sync")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("AM-KHG: 1 kept, 0 completed, 0 set aside, 0 refused, 0 posted, ")


def test_a_program_reads_the_same_as_json(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    write(khg, banding())
    (facts,) = json.loads(typed("sync", "--json").output)
    assert (facts["peer"], facts["kept"], facts["trouble"]) == ("AM-KHG", 1, None)
    assert facts["bytes"] > 0


def test_a_dry_run_says_what_would_come_and_changes_nothing(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    write(khg, banding())
    khg.node.publisher.publish()
    write(shp, banding("XC 000002"))
    shp.node.publisher.publish()
    result = typed("sync", "AM-KHG", "--dry-run")
    assert f"would bring 1 of {khg.node.publisher.log}" in result.output
    assert "it lacks 1 of ours" in result.output
    assert khg.node.publisher.log not in shp.node.ledger.have()
    assert shp.node.book.visits() == []


def test_a_line_that_is_down_ends_with_two_and_a_sentence(
    strangers: Apart, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    dead = Network(down=True)
    monkeypatch.setattr(command, "connect", lambda _node: reach(shp, dead))
    result = typed("sync")
    assert result.exit_code == 2
    assert "cannot be reached" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_peer_is_told_in_words(typed: Type) -> None:
    result = typed("sync", "XX-YYY")
    assert result.exit_code == 1
    assert "no such peer" in result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_without_peers_it_says_how_to_add_one(typed: Type) -> None:
    assert "banding peers add" in typed("sync").output
    assert "banding peers add" in typed("peers").output
    assert json.loads(typed("sync", "--json").output) == []


def test_the_list_of_peers_says_how_each_is(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    assert "not yet called" in typed("peers").output
    typed("sync")
    assert "in order" in typed("peers").output
    (one,) = json.loads(typed("peers", "--json").output)
    assert (one["code"], one["address"], one["failures"]) == ("AM-KHG", khg.address, 0)


@pytest.fixture
def reachable(strangers: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking an address for its node goes over the tests' line."""
    khg, shp = strangers
    call = reach(shp, Network().add(khg, shp))

    def client(address: str, *_: object) -> PeerClient:
        return call(Peer("", address, {}))

    monkeypatch.setattr(peering, "PeerClient", client)


@pytest.mark.usefixtures("reachable")
def test_a_peer_is_added_by_its_fingerprint_as_it_was_read_over_the_telephone(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    told = khg.node.key.fingerprint
    spelled = " ".join(told[n : n + 4] for n in range(0, 32, 4)).upper()
    result = typed("peers", "add", khg.address + "/", "--fingerprint", spelled)
    assert result.exit_code == 0, result.output
    assert "AM-KHG is a peer now" in result.output
    peer = peer_of(shp, "AM-KHG")
    assert peer.address == khg.address
    trusted = shp.node.ledger.node("AM-KHG")
    assert trusted is not None
    assert trusted.fingerprint == told


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("told", ["0" * 64, "", "abc"])
def test_a_fingerprint_that_does_not_fit_adds_nobody(strangers: Apart, typed: Type, told: str) -> None:
    khg, shp = strangers
    result = typed("peers", "add", khg.address, "--fingerprint", told)
    assert result.exit_code == 1
    assert "does not fit" in result.stderr
    assert shp.node.book.peers() == []
    assert shp.node.ledger.node("AM-KHG") is None


@pytest.mark.usefixtures("reachable")
def test_the_first_figures_of_a_fingerprint_are_too_few(strangers: Apart, typed: Type) -> None:
    khg, _ = strangers
    result = typed("peers", "add", khg.address, "--fingerprint", khg.node.key.fingerprint[:15])
    assert (result.exit_code, "does not fit" in result.stderr) == (1, True)


@pytest.mark.usefixtures("reachable")
def test_a_node_is_not_its_own_peer(strangers: Apart, typed: Type) -> None:
    _, shp = strangers
    result = typed("peers", "add", shp.address, "--fingerprint", shp.node.key.fingerprint)
    assert result.exit_code == 1
    assert "own peer" in result.stderr


def test_a_peer_whose_key_has_changed_is_refused_until_somebody_has_asked(strangers: Apart) -> None:
    from banding.errors import Refused

    khg, shp = strangers
    befriend(khg, shp)
    with pytest.raises(Refused, match="another key"):
        peering.add_peer(shp.node, "AM-KHG", khg.address, bytes(32))


def test_me_says_what_to_read_to_the_other_administrator(
    strangers: Apart, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shp = strangers
    monkeypatch.setenv("BANDING_LANGUAGE", "zh")
    said = typed("peers", "me").output
    assert "HL-SHP" in said
    assert shp.node.key.fingerprint in said
    for language in ("zh", "en"):
        assert all(bird in said for bird in birds.words(shp.node.key.fingerprint, birds.named(language)))


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("language", birds.LANGUAGES)
def test_a_peer_is_added_by_its_birds_in_any_language(strangers: Apart, typed: Type, language: str) -> None:
    khg, shp = strangers
    told = ", ".join(birds.words(khg.node.key.fingerprint, birds.named(language)))
    assert typed("peers", "add", khg.address, "--fingerprint", told).exit_code == 0
    assert [peer.code for peer in shp.node.book.peers()] == ["AM-KHG"]


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(("said", "is_added"), [("y\n", True), ("n\n", False), ("", False)])
def test_without_a_fingerprint_the_birds_are_shown_and_a_person_is_asked(
    strangers: Apart, typed: Type, monkeypatch: pytest.MonkeyPatch, said: str, is_added: bool
) -> None:
    khg, shp = strangers
    monkeypatch.setenv("BANDING_LANGUAGE", "ru")
    result = typed("peers", "add", khg.address, input=said)
    assert all(bird in result.output for bird in birds.words(khg.node.key.fingerprint, birds.named("ru")))
    assert (result.exit_code == 0) == is_added == bool(shp.node.book.peers()), result.output


@pytest.mark.usefixtures("reachable")
def test_a_bird_that_is_not_on_the_list_is_named(strangers: Apart, typed: Type) -> None:
    khg, _ = strangers
    told = birds.words(khg.node.key.fingerprint, birds.named("en"))
    result = typed("peers", "add", khg.address, "--fingerprint", ", ".join([*told[:9], "Dodo"]))
    assert (result.exit_code, "Dodo" in result.stderr) == (1, True)


@pytest.mark.usefixtures("reachable")
def test_the_key_is_changed_and_a_lost_one_made_anew_at_the_terminal(strangers: Apart, typed: Type) -> None:
    _, shp = strangers
    first = shp.node.key.fingerprint
    assert typed("key", "change", input="n\n").exit_code == 1
    assert shp.node.key.fingerprint == first
    assert typed("key", "change", input="y\n").exit_code == 0
    second = shp.node.key.fingerprint
    assert first != second
    assert "is here" in typed("key", "new", "--yes").stderr
    (shp.station.settings.keys / "node.key").unlink()
    assert "banding key new" in typed("peers").stderr
    assert typed("key", "new", "--yes").exit_code == 0
    assert shp.node.key.fingerprint not in (first, second)


@pytest.mark.usefixtures("reachable")
def test_a_peer_that_lost_its_key_is_compared_again_at_the_terminal(strangers: Apart, typed: Type) -> None:
    khg, shp = strangers
    befriend(khg, shp)
    (khg.station.settings.keys / "node.key").unlink()
    new = replace_lost_key(khg.station)
    assert typed("peers", "repin", "XX-YYY").exit_code == 1
    assert typed("peers", "repin", "AM-KHG", input="n\n").exit_code == 1
    assert shp.node.keyring.newest("AM-KHG") != new.fingerprint
    assert typed("peers", "repin", "AM-KHG", input="y\n").exit_code == 0
    assert shp.node.keyring.newest("AM-KHG") == new.fingerprint
