"""The page of annual totals, and the same as a table for a data bank."""

import re
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from banding.errors import Refused
from banding.formats.euring_meaning import species_code
from banding.reports import totals as report
from banding.web import here
from banding.web.language import current
from banding.web.words import code_table

blueprint = Blueprint("totals", __name__)
ALL = "all"


@blueprint.get("/totals")
def page() -> Any:
    """Totals of the node's own scheme, unless another or all are asked for."""
    return render_template(
        "totals.html", found=_asked(), schemes=code_table("scheme").rows, code=species_code, all=ALL,
        own=here.station().settings.node.scheme,
    )  # fmt: skip


@blueprint.get("/totals.csv")
def table() -> Response:
    """The same totals as CSV."""
    station, found = here.station(), _asked()
    name = f"totals-{found.scheme or ALL}-{found.year or ALL}.csv"
    return Response(
        "".join(report.csv(station, found, current())),
        content_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked() -> report.Table:
    scheme = request.args.get("scheme", "").strip() or here.station().settings.node.scheme
    if scheme != ALL and not re.fullmatch(r"[A-Z]{3}", scheme := scheme.upper()):
        raise Refused(_("No scheme is called so"), where="scheme", mend=_("Choose from the list."))
    year = request.args.get("year", "").strip()
    if year and not re.fullmatch(r"[12][0-9]{3}", year, re.ASCII):
        raise Refused(_("This is no year"), where="year", mend=_("Write it like 2024."))
    return report.table(here.station(), "" if scheme == ALL else scheme, int(year) if year else None)
