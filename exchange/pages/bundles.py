"""The page on which a bundle is written for a peer, and bundles that somebody brought are read."""

import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from banding.errors import BandingError, Refused
from banding.web.access import Access
from banding.web.words import in_sentences
from exchange import pages
from exchange.log.book import Peer
from exchange.talk import has
from exchange.talk.packing import PART_BYTES, Packed, Packing
from exchange.talk.unpacking import ReadPart, Source, read, sources

blueprint = Blueprint("bundles", __name__, template_folder="templates")
ACCESS = (
    Access("bundles.one", ("GET",), "operator"),
    Access("bundles.write", ("POST",), "operator"),
    Access("bundles.take", ("POST",), "operator"),
)
SIZES = {"200": 200_000, "1000": PART_BYTES, "10000": 10 * PART_BYTES, "60000": 60 * PART_BYTES}
"""What a part may have, by the number of kilobytes that the form says."""
MOST_FILES = 200


@blueprint.get("/peers/<code>/bundle")
def one(code: str) -> str:
    """Write a bundle, read one, and how far the peer has come by what it said last."""
    return _page(pages.node().peer(code))


@blueprint.post("/peers/<code>/bundle/write")
def write(code: str) -> Any:
    """The bundle as a download: one file, or an archive of its parts."""
    peer, form = pages.node().peer(code), request.form
    try:
        size = SIZES.get(form.get("size", ""))
        if size is None:
            raise Refused("Choose a size for the parts from the list", where="size")
        file, name = _packed(peer, size, from_beginning=form.get("since") == "beginning",
                             is_closed=form.get("closed") == "1")  # fmt: skip
    except BandingError as error:
        return _wrong(code, error)
    response = send_file(file, mimetype="application/octet-stream", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(file.close)
    return response


@blueprint.post("/peers/<code>/bundle/read")
def take(code: str) -> Any:
    """Take in what somebody brought, and say of each part what became of it."""
    peer, files = pages.node().peer(code), [file for file in request.files.getlist("parts") if file.filename]
    try:
        if not files:
            raise Refused("Choose the files of the bundle first", where="parts")
        if len(files) > MOST_FILES:
            raise Refused("There are too many files", where="parts", mend="Bring them in several goes")
        found = [source for file in files for source in _sources(file)]
        parts = read(pages.node(), found, peer.code if request.form.get("by") == "1" else "")
    except BandingError as error:
        return _wrong(code, error)
    return _page(peer, parts)


def _page(peer: Peer, parts: list[ReadPart] | None = None) -> str:
    this = pages.node()
    said = has.told(this, peer.code)
    log = this.publisher.log
    return render_template(
        "bundles.html", peer=this.book.peer(peer.code), parts=parts, said=said, sizes=SIZES,
        taken=said.logs.get(log, 0), written=this.ledger.have().get(log, 0), top=this.shelf.top(), moment=pages.moment,
        claimed=pages.claimed,
    )  # fmt: skip


def _packed(peer: Peer, size: int, *, from_beginning: bool, is_closed: bool) -> tuple[IO[bytes], str]:
    """The bundle in a file that goes away when it is closed, and a name for it."""
    node = pages.node()
    name = f"{node.code}-to-{peer.code}.{node.station.intake.today().isoformat()}.bundle"
    with tempfile.TemporaryDirectory() as folder:
        packing = Packing(node, peer.code, from_beginning=from_beginning, is_closed=is_closed)
        packed = packing.write(Path(folder) / name, size)
        if len(packed.files) == 1:
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the answer
            file.write(packed.files[0].read_bytes())
        else:
            file, name = _archive(packed), f"{name}.zip"
    file.seek(0)
    return file, name


def _archive(packed: Packed) -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the answer
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for part in packed.files:
            archive.write(part, part.name)
    return file


def _sources(file: FileStorage) -> list[Source]:
    def load() -> bytes:
        file.stream.seek(0)
        return file.stream.read()

    return sources(Path(file.filename or "").name[:200], load)


def _wrong(code: str, error: BandingError) -> Any:
    flash(in_sentences(error.what, error.why, error.mend), "wrong")
    return redirect(url_for("bundles.one", code=code), 303)
