"""A photo is kept on its node, without a word about who took it and where, and goes for good when it is removed."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from banding import photos
from banding.errors import Refused
from banding.station import Station
from tests.web.entry.hand import FULL, admitted, foreign

GPS = {1: "N", 2: (49.0, 1.0, 1.5), 3: "E", 4: (130.0, 26.0, 0.0), 6: 120.0}
Add = Callable[..., TestResponse]


def photo(size: tuple[int, int] = (60, 40), form: str = "JPEG", colour: str = "red", **more: Any) -> bytes:
    """A photo as a camera writes it: with its owner, its number, a place and a comment."""
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = "OWNER-WANG", "COPYRIGHT-WANG"
    exif[0x8769], exif[0x8825] = {0xA430: "OWNER-WANG", 0xA431: "SERIAL-4711"}, GPS
    exif[0x0112] = more.pop("turned", 1)
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form, exif=exif, **({"comment": b"REMARK"} if form == "JPEG" else {}))
    return file.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.fixture
def record(station: Station) -> str:
    """A record of this node."""
    return admitted(station, FULL)


@pytest.fixture
def add(operator: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Add:
    """Send a photo to a record as the operator."""

    def sent(record: str, body: bytes, name: str = "a.jpg", **ticked: str) -> TestResponse:
        form = {"photo": (io.BytesIO(body), name), "csrf_token": csrf(operator), **ticked}
        return operator.post(f"/records/{record}/photos", data=form, content_type="multipart/form-data")

    return sent


def addresses(page: str) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', page)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_the_camera_wrote_is_taken_out(form: str) -> None:
    sent = photo(form=form)
    assert b"SERIAL-4711" in sent
    body = photos.prepared(sent).body
    for text in (b"WANG", b"SERIAL", b"REMARK", b"Exif"):
        assert text not in body
    assert not opened(body).getexif()


def test_a_place_is_kept_on_purpose_and_nothing_else_with_it() -> None:
    kept = photos.prepared(photo(), keep_place=True)
    assert kept.has_place
    assert opened(kept.body).getexif().get_ifd(0x8825) == {tag: GPS[tag] for tag in (1, 2, 3, 4)}
    assert b"WANG" not in kept.body
    assert not photos.prepared(_plain(), keep_place=True).has_place


def _plain(mode: str = "RGB", form: str = "PNG", size: tuple[int, int] = (30, 20)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, form)
    return file.getvalue()


def test_a_large_photo_becomes_smaller_and_stands_upright() -> None:
    kept = photos.prepared(photo((3600, 1800), turned=6))
    assert (kept.width, kept.height) == opened(kept.body).size == (1200, 2400)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_a_photo(mode: str) -> None:
    assert opened(photos.prepared(_plain(mode)).body).mode == "RGB"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "No photo came"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"GIF89a" + bytes(40), "not a JPEG or PNG"),
        (b"<svg onload='alert(1)'/>", "not a JPEG or PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "cannot be read"),
        (photo((900, 900))[:-3000], "cannot be read"),
        (b"\xff\xd8\xff" + bytes(photos.LARGEST), "larger than 20 MB"),
        (_plain("1", size=(9000, 9000)), "64 million points"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_word(body: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        photos.prepared(body)
    assert said in str(refused.value)
    assert refused.value.mend


def test_a_photo_is_added_shown_and_removed(
    add: Add, operator: FlaskClient, csrf: Callable[[FlaskClient], str], station: Station, record: str
) -> None:
    assert add(record, photo()).headers["Location"] == f"/records/{record}#photos"
    page = operator.get(f"/records/{record}").text
    assert "Photo 1 of the bird with the ring H00-0773" in page
    (address,) = addresses(page)
    answer = operator.get(address)
    assert opened(answer.data).format == "JPEG"
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert operator.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert operator.post(f"{address}/remove", data={"csrf_token": csrf(operator)}).status_code == 303
    assert operator.get(address).status_code == 404
    assert operator.post(f"{address}/remove", data={"csrf_token": csrf(operator)}).status_code == 404
    assert station.store.photos.of(record) == []


def test_a_program_is_answered_in_its_language(
    operator: FlaskClient, csrf: Callable[[FlaskClient], str], record: str
) -> None:
    form = {"photo": (io.BytesIO(photo()), "x.jpg"), "csrf_token": csrf(operator)}
    told = operator.post(f"/records/{record}/photos", data=form, headers={"Accept": "application/json"})
    assert told.status_code == 201
    assert told.json
    assert operator.get(told.json["address"]).status_code == 200
    form = {"photo": (io.BytesIO(b"GIF89a"), "x.gif"), "csrf_token": csrf(operator)}
    told = operator.post(f"/records/{record}/photos", data=form, headers={"Accept": "application/json"})
    assert (told.status_code, told.mimetype) == (422, "application/problem+json")


def test_a_photo_sent_twice_is_kept_once_and_twelve_are_the_most(add: Add, station: Station, record: str) -> None:
    for _ in range(2):
        assert add(record, photo()).status_code == 303
    assert len(station.store.photos.of(record)) == 1
    for width in range(11):
        assert add(record, photo((20 + width, 20))).status_code == 303
    assert "12 photos" in add(record, photo((90, 20))).text
    assert len(station.store.photos.of(record)) == 12


def test_photos_of_people_are_for_operators(
    add: Add, as_role: Callable[[str], FlaskClient], operator: FlaskClient, record: str
) -> None:
    add(record, photo(), has_people="1")
    add(record, photo(colour="blue"))
    hers, all_of_them = (who.get(f"/records/{record}").text for who in (as_role("reader"), operator))
    assert (len(addresses(hers)), len(addresses(all_of_them))) == (1, 2)
    assert "1 photo is for operators and above" in hers
    assert as_role("reader").get(addresses(all_of_them)[0]).status_code == 403


def test_photos_of_a_withdrawn_record_stay_for_operators(
    add: Add, as_role: Callable[[str], FlaskClient], operator: FlaskClient, station: Station, record: str
) -> None:
    add(record, photo())
    station.intake.withdraw(record, reason="not a bird", by="operator")
    assert addresses(as_role("reader").get(f"/records/{record}").text) == []
    (address,) = addresses(operator.get(f"/records/{record}").text)
    assert as_role("reader").get(address).status_code == 403


def test_only_records_of_this_node_get_photos(add: Add, station: Station) -> None:
    other = foreign(station, FULL)
    assert add(other, photo()).status_code == 403
    assert station.store.photos.of(other) == []
    assert add("7d9f1c1e-0000-4000-8000-000000000000", photo()).status_code == 404


def test_a_photo_is_no_change_that_a_peer_could_get(add: Add, station: Station, record: str) -> None:
    before = station.store.records.versions(record)
    add(record, photo())
    assert station.store.records.versions(record) == before


def test_what_is_forgotten_takes_its_photos_along(add: Add, station: Station, record: str) -> None:
    add(record, photo(), has_people="1")
    add(record, photo(colour="blue"))
    version = station.store.records.versions(record)[0].version_id
    station.store.forgetting.groups([version], ["people"])
    assert [one.has_people for one in station.store.photos.of(record)] == [False]
    station.store.forgetting.whole([version])
    assert station.store.photos.of(record) == []


def test_a_removed_photo_leaves_no_bytes_in_the_file(add: Add, station: Station, record: str, tmp_path: Path) -> None:
    add(record, photo((400, 400), colour="green"))
    (held,) = station.store.photos.of(record)
    body = station.store.photos.body(record, held.id)
    assert body
    assert any(body[200:600] in path.read_bytes() for path in tmp_path.glob("node.sqlite*"))
    station.store.photos.remove(record, held.id)
    assert all(body[200:600] not in path.read_bytes() for path in tmp_path.glob("node.sqlite*"))
