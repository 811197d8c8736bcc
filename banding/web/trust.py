"""How a device comes to trust this node's own certificate, and the certificate itself."""

import hashlib
import ssl
from pathlib import Path

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from banding.errors import NotFound
from banding.web import here

blueprint = Blueprint("trust", __name__)


@blueprint.get("/trust")
def page() -> str:
    """Step by step for each kind of device; without a certificate, how to get one."""
    held = _certificate()
    return render_template("trust.html", fingerprint=_fingerprint(held) if held else "")


@blueprint.get("/trust/ca.crt")
def certificate() -> Response:
    """The certificate of the node's authority, for the device to install. Raises NotFound."""
    held = _certificate()
    if not held:
        raise NotFound(_("This node has no certificate"), mend=_("Start it with `banding serve --tls`"))
    # In DER, which Android, iPad, Windows and Linux all open.
    response = Response(ssl.PEM_cert_to_DER_cert(held), mimetype="application/x-x509-ca-cert")
    name = f"banding-{here.station().settings.node.code}.crt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _certificate() -> str:
    path: Path = here.station().settings.certificates / "ca.crt"
    return path.read_text(encoding="ascii") if path.exists() else ""


def _fingerprint(held: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(held)).digest().hex(":").upper()
