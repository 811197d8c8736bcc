"""Whether what somebody has set can be used: each setting in its form, or words that name it and say what to do."""

import ipaddress
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from banding.errors import SettingsTrouble
from banding.spoken import filled

LANGUAGES = ("en", "zh", "ru")
TILES = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?/[!-~]+")
FLAGS = {"1": True, "true": True, "yes": True, "": False, "0": False, "false": False, "no": False}


def zone(name: str) -> str:
    """The name of a time zone, when this machine knows it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsTrouble(
            filled("The time zone %(said)r is not known", said=name),
            where="BANDING_ZONE",
            mend="Write it like Asia/Shanghai",
        ) from None
    return name


def address(text: str) -> str:
    """An address of the web, or nothing."""
    if not text or (text.startswith(("http://", "https://")) and text.isprintable() and " " not in text):
        return text
    raise SettingsTrouble(
        filled("%(said)r is no address", said=text),
        where="BANDING_PUBLIC_URL",
        mend="Write it like https://banding.example.org",
    )


def flag(name: str, said: object) -> bool:
    """Yes or no, as people write it; nothing is no."""
    text = str(said).strip().lower()
    if text not in FLAGS:
        raise SettingsTrouble(
            filled("%(said)r is neither yes nor no", said=said), where=name, mend="Write 1, or leave it empty"
        )
    return FLAGS[text]


def language(text: object) -> str:
    """One of the languages of the pages."""
    if text not in LANGUAGES:
        raise SettingsTrouble(
            filled("The language %(said)r is not known", said=text), where="BANDING_LANGUAGE", mend="Use en, zh or ru"
        )
    return str(text)


def proxy(text: str) -> str:
    """The address of the server in front, in figures: by it a request is known to come from there."""
    try:
        return str(ipaddress.ip_address(text)) if text else ""
    except ValueError:
        raise SettingsTrouble(
            filled("%(said)r is no address in figures", said=text),
            where="BANDING_PROXY",
            mend="Write it like 127.0.0.1",
        ) from None


def tiles(text: str) -> str:
    """The address of a tile server, of which the place of the server must be told in full."""
    if not text or (TILES.fullmatch(text) and all(part in text for part in ("{z}", "{x}", "{y}"))):
        return text
    raise SettingsTrouble(
        filled("%(said)r is no address of map tiles", said=text), where="BANDING_TILES",
        mend="Write it like https://tiles.example.org/{z}/{x}/{y}.png",
    )  # fmt: skip


def number(name: str, text: object, most: int) -> int:
    """A whole number from one."""
    try:
        found = int(str(text))
    except ValueError:
        found = 0
    if not 0 < found <= most:
        raise SettingsTrouble(
            filled("%(said)r is no number between 1 and %(most)s", said=text, most=most),
            where=name,
            mend="Write figures",
        )
    return found
