"""Finding one's station in the shared list, by code or by part of its name in any language."""

import re
from collections.abc import Mapping

import click

from banding import settings
from banding.errors import SettingsTrouble
from banding.settings import LANGUAGES, Node
from banding.spoken import gettext as _
from banding.spoken import language
from schemas.codes import table
from schemas.parts import NODE

MOST = 20
_LANGUAGE_OF = {"CN": "zh", "RU": "ru"}


def search(text: str) -> list[Mapping[str, str]]:
    """The stations whose code or name holds the text, whatever its case; one with that very code alone."""
    rows = table("station").rows
    if text.strip().upper() in rows:
        return [rows[text.strip().upper()]]
    wanted = _folded(text)
    return [row for row in rows.values() if any(wanted in _folded(row[c]) for c in ("code", *LANGUAGES))]


def choose(zone: str) -> Node:
    """Ask a person until one station is chosen; a code of their own makes a station outside the list."""
    while True:
        text = click.prompt(_("Your station (part of its name, or its code)")).strip()
        found = search(text)
        if not found and re.fullmatch(NODE, text.upper()):
            return _own(text.upper(), zone)
        if found and (row := _picked(found)):
            return settings.station_node(row["code"], zone)
        if not found:
            click.echo(_("No station is called that. A code of your own looks like HL-ABC."))


def own_language(node: Node) -> str:
    """The language that most people at this station read."""
    row = table("station").rows.get(node.code, {})
    return _LANGUAGE_OF.get(row.get("country", ""), "en")


def _picked(found: list[Mapping[str, str]]) -> Mapping[str, str] | None:
    for number, row in enumerate(found[:MOST], 1):
        click.echo(f"  {number:2}  {row['code']:8} {row['en']}  {row['zh']}  {row['ru']}")
    if len(found) > MOST:
        click.echo("  " + _("and %(count)s more: write more of the name", count=len(found) - MOST))
    number = click.prompt(_("Which (0: search again)"), default=1, type=click.IntRange(0, min(len(found), MOST)))
    return found[number - 1] if number else None


def _own(code: str, zone: str) -> Node:
    click.echo(_("%(code)s is not in the list, so it becomes a station of your own.", code=code))
    name = click.prompt(_("Its name"))
    scheme = click.prompt(_("Its ringing scheme (CPB China, RUM Russia)"), value_proc=_scheme)
    zone = zone or click.prompt(_("Its time zone, such as Asia/Shanghai"), value_proc=known_zone)
    return Node(code, {"en": name}, scheme, "", zone)


def known_zone(text: str) -> str:
    """A time zone as a person types it; an unknown one is asked for again."""
    try:
        return settings.checked_zone(text.strip())
    except SettingsTrouble as trouble:
        raise click.BadParameter(trouble.told(language())) from None


def _scheme(text: str) -> str:
    if text.strip().upper() not in table("scheme"):
        raise click.BadParameter(_("%(text)r is not among the schemes of schemas/codes/scheme.csv.", text=text))
    return text.strip().upper()


def _folded(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")
