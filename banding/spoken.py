"""Sentences in the reader's language, without a page: for the terminal, for mails, and for what is told later."""

import gettext as catalogues
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "web" / "translations"
DOMAIN = "messages"
LANGUAGES = ("en", "zh", "ru")
STOPS = (".", "?", "!", "…", "。", "？", "！", ":", "：")
NOBODY = {"C", "POSIX"}
"""Locales of programs, which read English."""
_speaks = ["en"]


class Sentence(str):
    """A text that reads as English and can be told in another language as well."""

    __slots__ = ()

    def told(self, language: str) -> str:
        """The same in a language: `en`, `zh` or `ru`."""
        return said(str(self), language)


class Filled(Sentence):
    """A sentence of the catalogues with its values."""

    # A text has no room for slots of its own.
    text: str
    values: Mapping[str, object]

    def told(self, language: str) -> str:
        """The same in a language."""
        return said(self.text, language) % {name: said(one, language) for name, one in self.values.items()}


def filled(text: str, /, **values: object) -> Filled:
    """An English sentence with its values, which whoever reads it can be told in their own language."""
    made = Filled(text % values)
    made.text, made.values = text, values
    return made


def N_(text: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is told."""
    return text


def said(text: Any, language: str) -> Any:
    """A text in a language, in English where it has not been translated; what is no text as it is."""
    if not isinstance(text, str) or not text:
        return text
    if type(text) is not str and isinstance(text, Sentence):
        return text.told(language)
    return catalogue(language).gettext(text)


@cache
def catalogue(language: str) -> catalogues.NullTranslations:
    """The sentences of a language."""
    return catalogues.translation(DOMAIN, FOLDER, [language], fallback=True)


def sentences(*texts: str, language: str) -> str:
    """Several texts as sentences of a language, each with its stop; empty ones are left out."""
    stop, between = ("。", "") if language == "zh" else (".", " ")
    found = [said(text, language) for text in texts if text]
    return between.join(one if one.endswith(STOPS) else one + stop for one in found)


# -- the language of the terminal -----------------------------------------------------------------------------


def language() -> str:
    """In which language the terminal is spoken to."""
    return _speaks[-1]


def gettext(text: str, /, **values: object) -> str:
    """A sentence in the language of the terminal, with its values."""
    told: str = said(text, language())
    return told % values if values else told


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The same of a sentence that counts; `%(num)s` is the count as people write it."""
    told = catalogue(language()).ngettext(one, many, count)
    return told % ({"num": number(count)} | values)


def number(count: int) -> str:
    """A count as it is written in the language of the terminal."""
    return f"{count:,}".replace(",", " ") if language() == "ru" else f"{count:,}"


@contextmanager
def speaking(tongue: str) -> Iterator[None]:
    """Speak to the terminal in a language; the words of click follow."""
    before, told = catalogues.bindtextdomain(DOMAIN), os.environ.get("LANGUAGE")
    # It reads its catalogues by the environment, and so do the programs that are started meanwhile.
    catalogues.bindtextdomain(DOMAIN, str(FOLDER))
    os.environ["LANGUAGE"] = tongue
    _speaks.append(tongue)
    try:
        yield
    finally:
        _speaks.pop()
        catalogues.bindtextdomain(DOMAIN, before)
        if told is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = told


def wished(environment: Mapping[str, str] = os.environ) -> str | None:
    """The language of whoever sits at the terminal, as the environment names it; None where it says nothing.

    As every program reads it: LC_ALL before LC_MESSAGES before LANG, and of a list in LANGUAGE the first that is known.
    """
    locales = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((one for one in locales if one), "")
    if locale.partition(".")[0] in NOBODY:
        return "en"
    listed = (environment.get("LANGUAGE") or "").split(":")
    known = next((one[:2].lower() for one in listed if one[:2].lower() in LANGUAGES), None)
    if known or not locale:
        return known
    return locale[:2].lower() if locale[:2].lower() in LANGUAGES else "en"


def shown(tongue: str, *streams: Any) -> str:
    """The language, or English where the terminal has no letters for it."""
    sample = {"zh": "中文，。：", "ru": "Русский"}.get(tongue, "")
    for stream in streams or (sys.stdout, sys.stderr):
        try:
            sample.encode(getattr(stream, "encoding", None) or "ascii")
        except (UnicodeError, LookupError):
            return "en"
    return tongue


# What the system says of its own faults, as it says it.
SYSTEM = (
    N_("No space left on device"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Read-only file system"),
    N_("No such file or directory"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("File name too long"),
    N_("Input/output error"),
    N_("Disk quota exceeded"),
    N_("Address already in use"),
    N_("Cannot assign requested address"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
    N_("timed out"),
)
