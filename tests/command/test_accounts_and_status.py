"""`banding account`, `link` and `status`."""

import json
from pathlib import Path

import pytest

from banding.station import Station
from tests.command.conftest import Type


def test_an_account_is_added_with_a_password_typed_twice(station: Station, typed: Type) -> None:
    result = typed("account", "add", "Анна", "--role", "operator", answers="long enough 1\nlong enough 1\n")
    assert result.exit_code == 0, result.output
    assert "long enough" not in result.output
    account = station.store.accounts.by_name("Анна")
    assert account is not None
    assert account.role == "operator"


@pytest.mark.parametrize("password", ["short", ""])
def test_a_short_password_is_refused(node: Path, typed: Type, password: str) -> None:
    _ = node
    result = typed("account", "add", "anna", "--role", "reader", "--password-stdin", answers=password)
    assert (result.exit_code, "too short" in result.stderr) == (1, True)


def test_a_name_is_given_once(node: Path, typed: Type) -> None:
    _ = node
    words = ("account", "add", "anna", "--role", "reader", "--password-stdin")
    assert typed(*words, answers="long enough 1\n").exit_code == 0
    result = typed(*words, answers="long enough 1\n")
    assert (result.exit_code, "taken" in result.stderr) == (1, True)
    assert typed("account", "list").output == "anna  reader\n"


def test_an_empty_list_says_what_to_do(node: Path, typed: Type) -> None:
    _ = node
    assert "banding link" in typed("account", "list").output
    assert json.loads(typed("account", "list", "--json").output) == []


def test_a_new_link_ends_the_older_one(station: Station, typed: Type) -> None:
    from banding.web.invitations import invited

    first, second = (json.loads(typed("link", "--json").output)["link"].rpartition("/")[2] for _ in range(2))
    assert invited(station, first) is None
    assert invited(station, second) == "administrator"


def test_status_tells_people_and_machines_the_same(station: Station, typed: Type) -> None:
    from seed.season import load

    load(station, size=20)
    told = json.loads(typed("status", "--json").output)
    said = typed("status").output
    assert (told["station"], told["demonstration"]) == ("AM-KHG", True)
    assert told["own_records"] == told["bandings"] + told["recoveries"]
    assert f"{told['bandings']} bandings" in said
    assert "AM-KHG" in said
    assert told["file_bytes"] > 0


def test_the_version_is_told_even_where_nothing_is_installed(typed: Type) -> None:
    result = typed("--version")
    assert result.exit_code == 0
    assert result.output.startswith("banding, version ")


def test_a_folder_without_a_node_says_what_to_do(typed: Type) -> None:
    result = typed("status")
    assert result.exit_code == 1
    assert "banding init" in result.stderr
    assert result.stdout == ""


def test_a_damaged_store_is_one_plain_sentence(node: Path, typed: Type) -> None:
    for name in ("node.sqlite-wal", "node.sqlite-shm"):
        (node / name).unlink(missing_ok=True)
    (node / "node.sqlite").write_bytes(b"this is no database" * 100)
    result = typed("status")
    assert result.exit_code == 1
    assert "cannot be used" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_nobody_foresaw_goes_to_a_file_and_not_to_the_person(
    node: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_station: Station) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr("banding.command.status.facts", broken)
    result = typed("status")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "a fault of ours" in (node / "trouble.log").read_text()
