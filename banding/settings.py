"""Who this node is and where it keeps its things: from the environment first, then from `node.json`."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from banding import checked, telling
from banding.errors import SettingsTrouble
from banding.spoken import filled
from schemas.codes import table
from schemas.parts import NODE

FILE, PREFIX = "node.json", "BANDING_"
LANGUAGES, checked_zone = checked.LANGUAGES, checked.zone


@dataclass(frozen=True)
class Node:
    """A station or reserve: the node's code and what follows from where it stands."""

    code: str
    names: Mapping[str, str]
    scheme: str
    place_code: str
    zone: str
    latitude: float | None = None
    longitude: float | None = None

    def name(self, language: str) -> str:
        """The node's name in a language, else in English, else its code."""
        return self.names.get(language) or self.names.get("en") or self.code


@dataclass(frozen=True)
class Settings:
    """Everything that can be set; each has an environment variable of the same name behind `BANDING_`.

    `home` is the folder with the store, the keys and `node.json`; `sync_seconds` the timetable's interval;
    `public_url` the address under which peers reach this node, None when they cannot; `proxy` the address of the web
    server in front, whose word for who is asking is believed; `finder_retention` the days
    for which people who report rings are kept after their report was closed; `licence` what downloads may be used for;
    `tiles` the address of a tile server as https://tiles.example.org/{z}/{x}/{y}.png, and `tiles_credit` whom its maps
    name; `reports` the folder of scheduled reports, in the node's own unless set.
    """

    home: Path
    node: Node
    language: str = "en"
    host: str = "127.0.0.1"
    port: int = 8080
    sync_seconds: int = 900
    public_url: str = ""
    secure_cookies: bool = False
    proxy: str = ""
    finder_retention: int = 365
    licence: str = ""
    tiles: str = ""
    tiles_credit: str = ""
    reports: str = ""
    alarms: telling.Alarms = field(default_factory=telling.Alarms)
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.home / "node.sqlite"

    @property
    def reports_folder(self) -> Path:
        """The folder into which scheduled reports are written."""
        return Path(self.reports) if self.reports else self.home / "reports"

    @property
    def keys(self) -> Path:
        """The folder of the node's private key and secrets."""
        return self.home / "keys"

    @property
    def certificates(self) -> Path:
        """The folder of the certificates by which devices trust the node, and of their keys."""
        return self.keys / "tls"


VARIABLES = {
    "BANDING_HOME": "Folder with the store, the keys and node.json; `var/node` unless set.",
    "BANDING_STATION": "Code of the station, one of schemas/codes/station.csv or one of your own such as HL-ABC.",
    "BANDING_LANGUAGE": "Language of the pages before anyone has chosen: en, zh or ru.",
    "BANDING_ZONE": "Time zone of the station's clock, such as Asia/Shanghai.",
    "BANDING_HOST": "Address to listen on; 127.0.0.1 unless set.",
    "BANDING_PORT": "Port to listen on; 8080 unless set.",
    "BANDING_SYNC_SECONDS": "Seconds between two syncs with a peer; 900 unless set.",
    "BANDING_PUBLIC_URL": "Address under which peers reach this node; leave empty when they cannot.",
    "BANDING_SECURE_COOKIES": "1 when the pages are served over TLS only.",
    "BANDING_PROXY": "Address of the web server in front, such as 127.0.0.1; it tells who asks. None unless set.",
    "BANDING_FINDER_RETENTION": "Days for which names of finders are kept after a report was closed; 365 unless set.",
    "BANDING_LICENCE": "Licence that downloads name; all rights stay with the stations unless set.",
    "BANDING_TILES": "Tile server behind the maps, as https://tiles.example.org/{z}/{x}/{y}.png; none unless set.",
    "BANDING_TILES_CREDIT": "Whom the maps name as the source of the tiles.",
    "BANDING_REPORTS": "Folder of scheduled reports; `reports` in the node's folder unless set.",
    "BANDING_LOG": "json for one JSON object a line on stderr; plain text unless set.",
    "BANDING_ALARM_HOURS": "Hours for which a peer may fail before a person is told; 24 unless set.",
    "BANDING_ALARM_TO": "Mail addresses that are told of alarms, with commas between them.",
    "BANDING_ALARM_WEBHOOK": "Address to which each alarm is posted as JSON.",
    "BANDING_SMTP_HOST": "Mail server that takes the mails about alarms.",
    "BANDING_SMTP_PORT": "Its port; 587, 465 under tls or 25 under none unless set.",
    "BANDING_SMTP_USER": "User at the mail server; empty when it asks for none.",
    "BANDING_SMTP_PASSWORD": "Password at the mail server; never written into node.json.",
    "BANDING_SMTP_FROM": "Address that the mails come from; the user or the first one told unless set.",
    "BANDING_SMTP_SECURITY": "none, starttls or tls; starttls unless set.",
}


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """The node's folder."""
    return Path(environment.get("BANDING_HOME") or Path("var") / "node")


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an initialised node. Raises SettingsTrouble in words that say what to do."""
    folder = home(environment)
    try:
        return _read(folder, _said(folder), environment)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        # Of what hands write into a file anything may be of another kind, down to the last name.
        raise SettingsTrouble(
            "The node's settings cannot be read", where=str(folder / FILE), why=str(error),
            mend="Mend the file, or move it away and run `banding init` again",
        ) from error  # fmt: skip


def _read(folder: Path, said: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    told = _told(environment)

    def either(name: str, usual: object) -> Any:
        return told.get(name) or said.get(name, usual)

    def text(name: str, usual: str = "") -> str:
        found = either(name, usual)
        if not isinstance(found, str):
            what = filled("%(text)r is no text", text=found)
            raise SettingsTrouble(what, where=PREFIX + name.upper(), mend="Put quotes around it")
        return found

    def number(name: str, usual: int, most: int) -> int:
        return checked.number(PREFIX + name.upper(), either(name, usual), most)

    return Settings(
        home=folder,
        node=_whole(_node(folder, said, told)),
        language=checked.language(either("language", "en")),
        host=text("host", "127.0.0.1"),
        port=number("port", 8080, 65535),
        sync_seconds=number("sync_seconds", 900, 10**6),
        public_url=checked.address(text("public_url").strip().rstrip("/")),
        secure_cookies=checked.flag("BANDING_SECURE_COOKIES", either("secure_cookies", "")),
        proxy=checked.proxy(text("proxy")),
        finder_retention=number("finder_retention", 365, 36500),
        licence=text("licence"),
        tiles=checked.tiles(text("tiles")),
        tiles_credit=text("tiles_credit"),
        reports=text("reports"),
        alarms=telling.read(environment, said.get("alarms", {})),
    )


def _told(environment: Mapping[str, str]) -> dict[str, str]:
    # Of the environment nothing else counts: LANGUAGE, HOST or PORT mean something to other programs.
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if value and name.startswith(PREFIX)
    }


def _node(folder: Path, said: Mapping[str, Any], told: Mapping[str, str]) -> Node:
    station = told.get("station") or said.get("node", {}).get("code", "")
    if not station:
        raise SettingsTrouble(
            "This node does not know which station it is", where=str(folder / FILE),
            mend="Run `banding init`, or set BANDING_STATION to the code of the station",
        )  # fmt: skip
    known = said.get("node") if said.get("node", {}).get("code") == station else None
    node = Node(**known) if known else station_node(station, told.get("zone", ""))
    return Node(**(asdict(node) | {"zone": told["zone"]})) if told.get("zone") else node


def save(settings: Settings) -> None:
    """Write `node.json`, so that the next start needs no environment."""
    said = {name: value for name, value in asdict(settings).items() if name not in {"home", "extra"}}
    said["alarms"].pop("password")
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.home / FILE).write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def station_node(code: str, zone: str = "") -> Node:
    """The node of a station in the shared table; an unknown station needs at least its zone."""
    stations = table("station").rows
    if not re.fullmatch(NODE, code):
        what = filled("%(code)r is no code of a station", code=code)
        raise SettingsTrouble(what, where="BANDING_STATION", mend="Write it like HL-ABC")
    if code not in stations:
        if not zone:
            raise SettingsTrouble(
                filled("The station %(code)r is not in the list of stations", code=code), where="BANDING_STATION",
                mend="Take a code from schemas/codes/station.csv, or set BANDING_ZONE too for a station of your own",
            )  # fmt: skip
        return Node(code, {"en": code}, "CPB" if code.startswith("HL") else "RUM", "", checked_zone(zone))
    row = stations[code]
    return Node(
        code=code, names={language: row[language] for language in LANGUAGES}, scheme=row["scheme"],
        place_code=row["place_code"], zone=checked_zone(zone or row["zone"]),
        latitude=float(row["latitude"]), longitude=float(row["longitude"]),
    )  # fmt: skip


def _said(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsTrouble("The node's settings cannot be read", where=str(path), why=str(error)) from error


def _whole(node: Node) -> Node:
    """The node of a file, when its names and its zone are such."""
    dict(node.names)
    checked_zone(node.zone)
    return node
