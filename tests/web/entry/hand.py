"""What the tests of entry pages have at hand: records to type, the controls of a page, and what is kept."""

import datetime
import re
import uuid as uuids
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import orjson

from banding.intake import Arrival, Draft
from banding.station import Station
from banding.store.shapes import Kept, Query

# Half past midnight in Vladivostok, while it is still yesterday in UTC.
NOW = datetime.datetime(2024, 5, 1, 14, 30, tzinfo=datetime.UTC)
BANDING = {
    "core.scheme": "RUM", "core.ring": "XC 345612", "core.species": "Emberiza spodocephala",
    "core.day": "2024-05-01",
}  # fmt: skip
FULL: dict[str, Any] = {
    "core": {
        "kind": "recovery", "manner": "resighting", "scheme": "CPB", "ring": "H00-0773",
        "species": "Grus japonensis", "species_code": "04350", "day": "2024-04-30", "time": "17--",
        "utc_offset": "+09:00", "condition": "7", "other_marks": "ZZ",
        "replaces": {"scheme": "CPB", "ring": "H00-0001"},
        "marks": [
            {"type": "leg-ring", "colour": "white"}, {"type": "leg-flag"}, {"type": "other", "side": "left"},
        ],
    },
    "place": {
        "latitude": 49.5, "longitude": 130.5, "typed": "СК-42: 5 485 000", "datum": "SK-42", "name": "Lake",
    },
    "area": {"latitude": 49.5, "longitude": 130.5},
    "measurements": {"mass": 18.4, "fat": 0, "fat_method": "E"},
    "people": {"finder_name": "Li Ming", "finder_address": "Nenjiang\nHeilongjiang"},
    "remarks": {"text": "worn"},
}  # fmt: skip


class Controls(HTMLParser):
    """What a browser would send of the entry form, were its main button pressed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = self.area = ""
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        self.inside = self.inside or (tag == "form" and told.get("id") == "entry")
        if not self.inside:
            return
        if tag == "select":
            self.select, self.sent[name] = name, ""
        elif tag == "option" and self.select and "selected" in told:
            self.sent[self.select] = value
        elif tag == "textarea":
            self.area, self.sent[name] = name, ""
        elif tag == "input" and (told.get("type") not in {"checkbox", "radio"} or "checked" in told):
            self.sent[name] = value

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] += data if self.sent[self.area] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area
        self.inside = self.inside and tag != "form"


def kept(station: Station) -> list[Kept]:
    """All records, in the order they came."""
    return list(station.store.search.every(Query()))


def admitted(station: Station, record: Mapping[str, Any]) -> str:
    """Keep a record past the form, whatever the rules warn of; its id."""
    draft = [Draft(record)]
    verdict = station.intake.admit(draft, door="form", by="operator", confirm_all="For the test")[0]
    assert verdict.id, verdict.findings
    return verdict.id


def foreign(station: Station, record: Mapping[str, Any], origin: str = "HL-GFN") -> str:
    """Take in a record as it comes from another node; its id."""
    uuid = str(uuids.uuid4())
    whole = dict(record) | {"core": record["core"] | {"id": uuid, "origin": origin, "generation": 1}}
    texts = {name: orjson.dumps(group).decode() for name, group in whole.items()}
    received = station.intake.receive([Arrival(texts, whole, uuid.encode())])[0]
    assert received.placed, received.reasons
    return uuid


def whys(page: str) -> dict[str, str]:
    """By control, what stands beside it."""
    found = re.findall(r'<div class="why" id="([\w-]+)-wrong">(.*?)</div>', page, re.DOTALL)
    return {name: re.sub(r"<[^>]+>", "", text) for name, text in found}
