"""What a device is given to work without a line: worker, manifest, pack and token, and a cookie that stays away."""

import datetime
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from banding import stock
from banding.command import tls
from banding.intake import Draft
from banding.station import Station
from banding.web import offline
from banding.web.language import WISH
from tests.web.conftest import PASSWORD

JSON = {"Accept": "application/json"}
STATIC = Path(offline.__file__).parent / "static"


def test_the_token_is_good_for_a_form_and_names_its_log_in(operator: FlaskClient, station: Station):
    told = operator.get("/enter/token", headers=JSON).json
    account = station.store.accounts.by_name("operator")
    assert account is not None
    assert (told["account"], told["node"]) == (account.id, "AM-KHG")
    answer = operator.post("/enter/banding", headers={"X-CSRFToken": told["token"], **JSON}, data={"submission": "k"})
    assert answer.json["outcome"] == "refused"


def test_without_a_log_in_a_script_is_told_so_in_its_language(client: FlaskClient):
    for path in ("/enter/token", "/enter/pack"):
        answer = client.get(path, headers=JSON)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_a_token_is_kept_nowhere(operator: FlaskClient):
    assert operator.get("/enter/token", headers=JSON).headers["Cache-Control"] == "no-store"


def test_the_pack_holds_species_birds_of_today_rings_codes_and_words(operator: FlaskClient, station: Station):
    stock.receive(station, {"scheme": "RUM", "first": "XC 345601", "last": "XC 345700"}, "operator")
    bird(station, "XC 345601", station.intake.today().isoformat())
    bird(station, "XC 345602", "2020-05-01")
    pack = operator.get("/enter/pack", headers=JSON).json
    assert [one["ring"] for one in pack["birds"]] == ["XC 345601"]
    assert [(one["next"], one["left"]) for one in pack["strings"]] == [("XC 345603", 98)]
    crane = next(one for one in pack["species"] if one["name"] == "Grus japonensis")
    assert (crane["zh"], crane["code"]) == ("丹顶鹤", "04380")
    assert pack["tables"]["sex"]["F"]["en"]
    assert set(pack["words"]) == {"en", "zh", "ru"}


def test_the_pack_names_nobody_and_no_place(operator: FlaskClient, station: Station):
    bird(station, "XC 345601", station.intake.today().isoformat(), people={"ringer": "Ivanov"}, place={"name": "Lake"})
    text = operator.get("/enter/pack", headers=JSON).text
    assert "XC 345601" in text
    assert "Ivanov" not in text
    assert "Lake" not in text


def test_a_pack_that_is_the_same_is_not_sent_again(operator: FlaskClient, station: Station):
    mark = operator.get("/enter/pack", headers=JSON).headers["ETag"]
    assert operator.get("/enter/pack", headers={"If-None-Match": mark, **JSON}).status_code == 304
    bird(station, "XC 345601", station.intake.today().isoformat())
    assert operator.get("/enter/pack", headers={"If-None-Match": mark, **JSON}).status_code == 200


def bird(station: Station, ring: str, day: str, **groups: dict[str, str]) -> None:
    core = {"kind": "banding", "scheme": "RUM", "ring": ring, "species": "Emberiza spodocephala", "day": day}
    [verdict] = station.intake.admit(
        [Draft({"core": core, **groups}, ring, {"R-order": "x"})], door="form", by="operator"
    )
    assert verdict.is_kept, verdict


# -- worker and manifest -----------------------------------------------------------------------------------


def test_the_worker_keeps_files_that_are_there_and_pages_that_are_there(app: Flask, client: FlaskClient):
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    found = re.match(r"self\.BANDING = (\{.*\});\n", answer.text)
    assert found is not None
    told = json.loads(found[1])
    for path in told["files"]:
        with client.get(path) as file:
            assert file.status_code == 200, path
    assert (
        {"/enter/banding", "/enter/recovery"} <= set(told["pages"]) <= {rule.rule for rule in app.url_map.iter_rules()}
    )


def test_every_module_that_a_script_of_a_page_imports_is_kept():
    kept = set(offline.files())
    for name in kept:
        if name.endswith(".js"):
            for path in re.findall(r'from "\./([\w.]+)"', (STATIC / name).read_text(encoding="utf-8")):
                assert str((Path(name).parent / path).as_posix()) in kept, (name, path)


def test_another_file_makes_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(offline, "ROOM", tmp_path)
    monkeypatch.setattr(offline, "STATIC", tmp_path / "static")
    versions = set()
    for text in ("one", "two"):
        (tmp_path / "static" / "a.js").write_text(text)
        versions.add(offline.version.__wrapped__())
    assert len(versions) == 2


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_the_manifest_names_the_station_and_icons_that_are_there(client: FlaskClient, language: str):
    answer = client.get("/app.webmanifest", headers={"Accept-Language": language})
    told = json.loads(answer.text)
    assert answer.mimetype == "application/manifest+json"
    assert (told["start_url"], told["short_name"]) == ("/enter/banding", "AM-KHG")
    assert {"any", "maskable"} <= {one.get("purpose") for one in told["icons"]}
    for icon in told["icons"]:
        with client.get(icon["src"]) as file:
            assert file.status_code == 200


# -- pages in every language, and the cookie ---------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_page_comes_in_the_language_that_a_device_wishes_and_nothing_is_remembered(
    operator: FlaskClient, station: Station, language: str
):
    answer = operator.get("/enter/banding", headers={WISH: language})
    assert answer.headers["Content-Language"] == language
    account = station.store.accounts.by_name("operator")
    assert account is not None
    assert account.language is None
    assert operator.get("/enter/banding").headers["Content-Language"] == "en"


def test_a_wish_for_no_language_of_ours_is_passed_over(operator: FlaskClient):
    assert operator.get("/enter/banding", headers={WISH: "xx"}).headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/frame.css", {}), ("/sw.js", {}), ("/offline", {}), ("/enter/token", JSON), ("/enter/pack", JSON),
        ("/enter/banding", {WISH: "ru"}),
    ],
)  # fmt: skip
def test_what_a_device_fetches_by_itself_brings_no_log_in_back(operator: FlaskClient, path: str, headers):
    operator.get("/enter/banding")
    with operator.get(path, headers=headers) as answer:
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


def test_a_page_and_an_entry_count_the_log_in_anew(operator: FlaskClient, csrf):
    assert "banding-AM-KHG" in operator.get("/records").headers["Set-Cookie"]
    answer = operator.post("/enter/banding", headers=JSON, data={"csrf_token": csrf(operator)})
    assert "banding-AM-KHG" in answer.headers["Set-Cookie"]


def test_a_page_asked_for_before_a_log_out_and_answered_after_it_logs_nobody_in(app: Flask, operator: FlaskClient):
    name = app.config["SESSION_COOKIE_NAME"]
    old = operator.get_cookie(name)
    assert old is not None
    late = app.test_client()
    late.set_cookie(name, old.value)
    late.get("/enter/banding")
    with late.get("/enter/recovery", headers={WISH: "zh"}) as answer:
        assert "Set-Cookie" not in answer.headers
    assert PASSWORD not in old.value


# -- trust -------------------------------------------------------------------------------------------------


def test_without_a_certificate_the_page_says_how_to_get_one(client: FlaskClient):
    assert "banding serve --tls" in client.get("/trust").text
    assert client.get("/trust/ca.crt").status_code == 404


def test_the_certificate_is_handed_out_with_its_fingerprint(client: FlaskClient, station: Station):
    folder = tls.Folder(station.settings.certificates)
    tls.ready(folder, "AM-KHG", ["localhost"], datetime.datetime.now(datetime.UTC))
    assert tls.fingerprint(folder) in client.get("/trust").text
    answer = client.get("/trust/ca.crt")
    assert answer.mimetype == "application/x-x509-ca-cert"
    assert answer.data[:1] == b"\x30"
    assert b"PRIVATE" not in answer.data
