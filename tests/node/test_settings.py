"""Settings: from the environment, from the file, and refused in words."""

import json
from pathlib import Path

import pytest

from banding import settings
from banding.errors import SettingsTrouble


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    found = settings.load({"BANDING_HOME": str(tmp_path), "BANDING_STATION": "HL-SHP", "BANDING_PORT": "9001"})
    assert (found.node.code, found.node.zone, found.node.scheme, found.port) == ("HL-SHP", "Asia/Shanghai", "CPB", 9001)


def test_what_the_environment_says_to_other_programs_counts_for_nothing(tmp_path: Path) -> None:
    here = {"BANDING_HOME": str(tmp_path), "BANDING_STATION": "HL-SHP"}
    others = {"LANGUAGE": "zh_CN:zh", "HOST": "desk-7", "PORT": "tcp", "PROXY": "proxy.example", "LICENCE": "GPL"}
    assert settings.load(here | others) == settings.load(here)


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    environment = {"BANDING_HOME": str(tmp_path), "BANDING_STATION": "AM-KHG", "BANDING_LANGUAGE": "ru"}
    first = settings.load(environment)
    settings.save(first)
    assert settings.load({"BANDING_HOME": str(tmp_path)}) == first


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("BANDING_STATION", "", "does not know which station"),
        ("BANDING_STATION", "XX-NONE", "not in the list of stations"),
        ("BANDING_ZONE", "Mars/Olympus", "not known"),
        ("BANDING_LANGUAGE", "de", "not known"),
        ("BANDING_PORT", "eighty", "no number"),
        ("BANDING_PORT", "99999", "no number"),
        ("BANDING_SYNC_SECONDS", "0", "no number"),
        ("BANDING_PROXY", "proxy.example", "no address in figures"),
        ("BANDING_PROXY", "*", "no address in figures"),
        ("BANDING_STATION", "hl'abc", "no code of a station"),
        ("BANDING_ZONE", "Asia", "not known"),
        ("BANDING_ZONE", "A" * 300, "not known"),
        ("BANDING_PUBLIC_URL", "node.example.org", "no address"),
        ("BANDING_SECURE_COOKIES", "perhaps", "neither yes nor no"),
        ("BANDING_ALARM_HOURS", "9" * 5000, "no number"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, variable: str, value: str, said: str) -> None:
    environment = {"BANDING_HOME": str(tmp_path), "BANDING_STATION": "AM-KHG", variable: value}
    with pytest.raises(SettingsTrouble, match=said):
        settings.load(environment)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text("{half", encoding="utf-8")
    with pytest.raises(SettingsTrouble, match=r"node\.json"):
        settings.load({"BANDING_HOME": str(tmp_path)})


OWN = {"code": "HL-ABC", "names": {}, "scheme": "CPB", "place_code": "", "zone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    "said",
    [
        [], 5, None, [1], {"node": None}, {"node": 5}, {"node": {"code": "HL-ABC"}}, {"node": OWN | {"more": 1}},
        {"node": OWN | {"names": 5}}, {"node": OWN | {"zone": "Asia/Nowhere"}}, {"node": OWN | {"zone": 5}},
        {"node": OWN, "port": []}, {"node": OWN, "public_url": 5}, {"node": OWN, "proxy": 5}, {"node": OWN, "host": 5},
        {"node": OWN, "alarms": 5}, {"node": OWN, "alarms": {"to": 5}}, {"node": OWN, "alarms": {"user": 5}},
    ],
)  # fmt: skip
def test_a_file_that_a_hand_has_spoilt_is_refused_in_words(tmp_path: Path, said: object) -> None:
    (tmp_path / "node.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(SettingsTrouble) as trouble:
        settings.load({"BANDING_HOME": str(tmp_path)})
    assert trouble.value.where
    assert trouble.value.mend


def test_every_variable_is_explained() -> None:
    assert all(name.startswith("BANDING_") and text.endswith(".") for name, text in settings.VARIABLES.items())
