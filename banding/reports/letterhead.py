"""The station's own letterhead: words at the top in three languages, a line for the signature, and a picture."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from banding.settings import LANGUAGES
from banding.station import Station

NOTE = "letters.head"
LONGEST = 400


@dataclass(frozen=True)
class Head:
    """Words and signature by language; the picture is a JPEG, empty where there is none."""

    words: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, str] = field(default_factory=dict)
    picture: bytes = b""


def head(station: Station) -> Head:
    """What the station has set; nothing before that."""
    said = json.loads(station.store.notes.get(NOTE, "{}"))
    return Head(said.get("words", {}), said.get("signed", {}), base64.b64decode(said.get("picture", "")))


def keep(station: Station, new: Head) -> None:
    """Keep a letterhead in place of the one before."""
    said = {
        "words": {language: new.words.get(language, "")[:LONGEST] for language in LANGUAGES},
        "signed": {language: new.signed.get(language, "")[:LONGEST] for language in LANGUAGES},
        "picture": base64.b64encode(new.picture).decode(),
    }
    station.store.notes.set(NOTE, json.dumps(said, ensure_ascii=False))
