"""Archives of bundles that unpack to far more than they weigh are refused before anything of them is unpacked."""

import io
import zipfile

import pytest

from banding.errors import Refused
from exchange.talk import unpacking


def archive(count: int, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(count):
            made.writestr(f"{number}.bundle", bytes(size))
    return file.getvalue()


def test_many_members_of_noughts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FILE_MOST", 2_000_000)
    raw = archive(40, 1_000_000)
    assert len(raw) < 60_000
    with pytest.raises(Refused, match="too much in the archive"):
        unpacking.sources("brought.zip", lambda: raw)


def test_an_archive_of_parts_that_hardly_shrink_is_taken_apart() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for number in range(3):
            made.writestr(f"{number}.bundle", bytes(range(256)) * 400)
    names = [one.name for one in unpacking.sources("brought.zip", file.getvalue)]
    assert names == ["brought.zip: 0.bundle", "brought.zip: 1.bundle", "brought.zip: 2.bundle"]
