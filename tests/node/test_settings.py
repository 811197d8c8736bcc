"""Settings: from the environment, from the file, and refused in words."""

from pathlib import Path

import pytest

from banding import settings
from banding.errors import SettingsTrouble


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    found = settings.load({"BANDING_HOME": str(tmp_path), "BANDING_STATION": "HL-SHP", "BANDING_PORT": "9001"})
    assert (found.node.code, found.node.zone, found.node.scheme, found.port) == ("HL-SHP", "Asia/Shanghai", "CPB", 9001)


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


def test_every_variable_is_explained() -> None:
    assert all(name.startswith("BANDING_") and text.endswith(".") for name, text in settings.VARIABLES.items())
