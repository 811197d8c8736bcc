"""`banding init`: asks which station this is, writes that down, and makes the store."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import click

from banding import checked, settings
from banding.command.plain import answer, as_json
from banding.command.stations import choose, known_zone, own_language
from banding.errors import NotAllowed, SettingsTrouble
from banding.settings import FILE, LANGUAGES, Node, Settings
from banding.spoken import N_, filled
from banding.spoken import gettext as _
from banding.station import Station
from banding.store.shapes import Query

LABELS = {
    "folder": N_("folder"), "language": N_("language"), "zone": N_("zone"), "address": N_("address"),
    "port": N_("port"), "public_url": N_("public url"),
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What was said without asking; None where nobody said anything."""

    station: str | None = None
    name: str | None = None
    language: str | None = None
    zone: str | None = None
    port: int | None = None
    public_url: str | None = None


@dataclass(frozen=True)
class Made:
    """The node as it is now, and the first administrator's link while nobody has an account."""

    settings: Settings
    link: str | None


@click.command("init")
@click.option("--station", help="Code of the station; part of its name will do when it is asked for.")
@click.option("--name", help="Name of a station of your own that is not in the list.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the pages before anyone has chosen.")
@click.option("--zone", help="Time zone of the station's clock, such as Asia/Shanghai.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--public-url", help="Address under which peers reach this node, if they can.")
@click.option("--yes", is_flag=True, help="Ask nothing; take what is given and what follows from it.")
@click.option("--change", is_flag=True, help="Change what a node that is already here says of itself.")
@as_json
def init(yes: bool, change: bool, as_json: bool, **said: str | int | None) -> None:
    """Make this folder a node, or show which node it is."""
    if is_there() and not change:
        _show(Made(settings.load(), None), as_json, new=False)
        return
    _show(set_up(Answers(**said), yes=yes), as_json, new=True)  # type: ignore[arg-type]


def is_there(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this folder already is a node."""
    return (settings.home(environment) / FILE).exists()


def set_up(said: Answers | None = None, *, yes: bool = False) -> Made:
    """Write down which station this is and make its store; asks for what nobody said, unless `yes`.

    What is already written down is the answer that is offered. Raises SettingsTrouble, NotAllowed and
    StoreTrouble.
    """
    before = settings.load() if is_there() else None
    told = _with_environment(said or Answers())
    try:
        wanted = _settings(told, before, ask=not yes)
    except click.Abort:
        raise SettingsTrouble(
            "Nothing was written, because the questions were not answered",
            mend="Answer them, or say `banding init --station CODE --yes`",
        ) from None
    _check_same_station(before, wanted)
    settings.save(wanted)
    station = Station.open(wanted)
    try:
        return Made(wanted, first_address(station))
    finally:
        station.store.close()


def first_address(station: Station) -> str | None:
    """The first administrator's one-time address, None when somebody has an account already."""
    return None if station.store.accounts.everyone() else link_address(station)


def link_address(station: Station) -> str:
    """A new one-time address for an administrator, as this machine reaches it."""
    from banding.web.invitations import first_link

    return local_address(station.settings) + first_link(station)


def local_address(of: Settings) -> str:
    """Where a browser on this machine finds the node."""
    host = "127.0.0.1" if of.host in {"0.0.0.0", "::", ""} else of.host
    return f"http://{f'[{host}]' if ':' in host else host}:{of.port}"


def _with_environment(said: Answers) -> Answers:
    """What the environment says stands in for what nobody said on the line."""
    told = {f.name: os.environ.get(f"BANDING_{f.name.upper()}") or None for f in fields(Answers)}
    told.pop("name")
    if told["port"] is not None and not told["port"].isdecimal():
        raise SettingsTrouble(filled("%(port)r is no port", port=told["port"]), where="BANDING_PORT")
    found = {name: value for name, value in told.items() if value and getattr(said, name) is None}
    return replace(said, **found | ({"port": int(found["port"])} if "port" in found else {}))  # type: ignore[arg-type]


def _settings(said: Answers, before: Settings | None, *, ask: bool) -> Settings:
    node = _node(said, before, ask=ask)
    language = said.language or (before.language if before else own_language(node))
    if ask and not said.language:
        language = click.prompt(_("Language of the pages"), default=language, type=click.Choice(LANGUAGES))
    if language not in LANGUAGES:
        raise SettingsTrouble(
            filled("The language %(language)r is not known", language=language), mend="Use en, zh or ru"
        )
    if ask and not said.zone:
        node = replace(node, zone=click.prompt(_("Time zone"), default=node.zone, value_proc=known_zone))
    port = said.port or (before.port if before else 8080)
    if ask and not said.port:
        port = click.prompt(_("Port"), default=port, type=click.IntRange(1, 65535))
    url = said.public_url if said.public_url is not None else before.public_url if before else ""
    if ask and said.public_url is None:
        url = click.prompt(_("Address under which peers reach this node (empty: they cannot)"), default=url)
    known = before or Settings(home=settings.home(), node=node)
    return replace(known, node=node, language=language, port=port, public_url=checked.address(url.strip().rstrip("/")))


def _node(said: Answers, before: Settings | None, *, ask: bool) -> Node:
    """The station: the one that was named, the one that is written down, or the one that a person picks."""
    same = before is not None and said.station in {None, before.node.code}
    if same and before is not None:
        node = before.node
    elif said.station:
        node = settings.station_node(said.station, said.zone or "")
    elif ask:
        node = choose(said.zone or "")
    else:
        raise SettingsTrouble("Nobody said which station this is", mend="Add --station with its code")
    if said.zone:
        node = replace(node, zone=settings.checked_zone(said.zone))
    return replace(node, names=dict(node.names) | {"en": said.name}) if said.name else node


def _check_same_station(before: Settings | None, wanted: Settings) -> None:
    """Records carry the code of the node that wrote them for ever, so a node with records keeps its code."""
    if before is None or before.node.code == wanted.node.code or not before.store.exists():
        return
    station = Station.open(before)
    try:
        written = station.store.search.count(Query(origin=before.node.code))
    finally:
        station.store.close()
    if written:
        raise NotAllowed(
            filled(
                "This node has written %(count)s records as %(code)s, and they keep that name",
                count=written, code=before.node.code,
            ),
            where=str(before.home), mend=filled("Make a node in another folder for %(code)s", code=wanted.node.code),
        )  # fmt: skip


def _show(made: Made, as_json: bool, *, new: bool) -> None:
    found = made.settings
    if as_json:
        answer(_facts(found) | {"new": new, "link": made.link})
        return
    click.echo(f"{found.node.code}  {found.node.name(found.language)}" + ("" if new else "  " + _("(already here)")))
    for name, value in _facts(found).items():
        if name not in {"station", "name"} and value:
            click.echo(f"  {_(LABELS[name])}: {value}")
    if not new:
        click.echo(_("Nothing was changed. `banding init --change` changes it; `banding link` makes a new link."))
    if made.link:
        click.echo("\n" + _("The first administrator opens this link once, within a day, while the node is running:"))
        click.echo(f"  {made.link}")


def _facts(of: Settings) -> dict[str, str | int]:
    return {
        "station": of.node.code, "name": of.node.name(of.language), "folder": str(Path(of.home).resolve()),
        "language": of.language, "zone": of.node.zone, "address": local_address(of), "port": of.port,
        "public_url": of.public_url,
    }  # fmt: skip
