"""Was a file changed? A small one is looked at while somebody waits, a large one beside everything else."""

import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from banding.errors import Refused
from banding.formats.source import seal_of_file
from banding.reports import known
from banding.reports import verify as looking
from banding.reports.about import lines
from banding.reports.verify import Change, Verdict
from banding.web import here, security, works
from banding.works import Made, Making, given

blueprint = Blueprint("verifying", __name__)
_at_once = threading.Lock()
SMALL, LONGEST_NAME, MIB = 1 << 20, 120, 1 << 20
"""Bytes of a file that is looked at while somebody waits: some seconds of work at most."""
STATES = {
    looking.SAME: lazy_gettext("Same: nothing in it was changed since it left this node."),
    looking.CHANGED: lazy_gettext("Changed: it is not as it left this node."),
    looking.UNKNOWN: lazy_gettext("Unknown: this node has made no such file."),
}
PARTS = {
    "rows": lazy_gettext("the rows"),
    "words": lazy_gettext("the words beside the codes"),
    "points": lazy_gettext("the layer of points"),
    "lines": lazy_gettext("the lines"),
    "file": lazy_gettext("the file as a whole"),
    "about": lazy_gettext("what it says of itself"),
}
TOLD = ("state", "format", "about", "parts", "rows", "changes", "agrees", "exact", "alike")


def init(app: Flask) -> None:
    """Open the page."""
    app.register_blueprint(blueprint)
    works.learn(app, "verify", verified)


@blueprint.route("/verify", methods=["GET", "POST"])
def page() -> Any:
    """A file is dropped here, and it is told whether it is as it left the node; nothing of it is kept."""
    if request.method == "GET":
        return _page(None)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(_("Choose the file first"), where="file", mend=_("Go back and choose it"))
    with tempfile.TemporaryDirectory() as folder:
        # The number of the file stands at its end, and no disk takes a name of any length.
        name = secure_filename(file.filename)[-LONGEST_NAME:] or "file"
        path = _kept(file, Path(folder) / name)
        # Whatever its size, a file that nobody has touched is known by its hash.
        found = looking.at_once(here.station(), path)
        if found is None and path.stat().st_size > SMALL:
            return _begun(path, file.filename[-LONGEST_NAME:])
        return _page(found or _looked_at(path), file.filename)


def _kept(file: FileStorage, path: Path) -> Path:
    try:
        file.save(path)
    except OSError as error:
        raise Refused(
            _("The file could not be taken in"), why=str(error.strerror), mend=_("The disk may be full")
        ) from error
    return path


def _looked_at(path: Path) -> Verdict:
    # A file that somebody made up can keep one of the few threads busy, and must not keep all.
    if not _at_once.acquire(blocking=False):
        raise Refused(_("Another file is being looked at"), mend=_("Wait a minute and send it again"))
    try:
        return looking.verify(here.station(), path)
    finally:
        _at_once.release()


def _begun(path: Path, name: str) -> Any:
    kept = known.by_name(here.station(), path.name) or known.said_within(here.station(), path)
    asked = {"typed": {}, "name": name, "saved": path.name, "sha256": seal_of_file(path)}
    # Its rows are read once to see what they are, and once more to find the cells that differ.
    return works.begin("verify", asked, 2 * kept.rows if kept else 0, path)


def verified(making: Making) -> Made:
    """The verdict on a file that was handed over, as JSON."""
    asked, total = making.work.asked, making.work.total

    def looked_at(rows: int) -> None:
        making.step(rows, max(rows, total) if total else 0)

    path = given(here.station(), making.work)
    found = looking.verify(here.station(), path, str(asked["saved"]), looked_at)
    told = {name: getattr(found, name) for name in TOLD} | {"kept": found.kept.id if found.kept else ""}
    making.path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return Made("verdict.json", "application/json")


@blueprint.get("/verify/<work>")
def answer(work: str) -> str:
    """The verdict on a file that was looked at beside everything else, for who has sent it."""
    told = json.loads(works.done(work, "verify").read_bytes())
    kept = here.station().store.downloads.one(told.pop("kept"))
    changes = tuple(Change(*one) for one in told.pop("changes"))
    name = works.one_of(work).asked["name"]
    return _page(Verdict(**told | {"kept": kept, "changes": changes, "parts": tuple(told["parts"])}), name)


def _page(found: Verdict | None, name: str = "") -> str:
    told = lines(found.about, _) if found and found.kept and found.about.get("counts") else []
    return render_template(
        "verify.html", found=found, states=STATES, parts=PARTS, told=told, name=name,
        most=security.LARGEST_FILE // MIB,
    )  # fmt: skip
