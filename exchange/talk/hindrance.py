"""What hindered a conversation with a peer: kept so that each reader can be told of it in their own language."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from banding.errors import BandingError
from banding.spoken import Sentence
from exchange.log import wire
from exchange.log.entries import Inauthentic
from exchange.talk.line import PeerTrouble
from exchange.talk.words import N_, said
from schemas.codes import table

AGAIN = N_("It is tried again by itself")
STOPS = (".", "?", "!", "…", "。", "？", "！")
LONGEST = 500
"""As much as is told of what a library or another program says."""


@dataclass(frozen=True)
class Hindrance:
    """A hindrance as sentences that have not been translated yet; `values` fill its `why`.

    `finding` is a code of the table of findings that stands in the place of a `why`. A text that no catalogue knows,
    such as what another program says, is told as it is.
    """

    what: str
    where: str = ""
    why: str = ""
    mend: str = ""
    finding: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.told("en")

    def told(self, language: str) -> str:
        """All of it as sentences of a language: `en`, `zh` or `ru`."""
        stop, between = ("。", "") if language == "zh" else (".", " ")
        what = said(self.what, language) + (f" ({self.where})" if self.where else "")
        parts = (what, self.reason(language), said(self.mend, language))
        return between.join(part if part.endswith(STOPS) else part + stop for part in parts if part)

    def reason(self, language: str) -> str:
        """Its why alone, '' where nothing is known."""
        if self.finding:
            known = table("finding").label(self.finding, language)
            return known.format_map(_Whole({name: said(text, language) for name, text in self.values.items()}))
        why: str = said(self.why, language)
        return why % _Whole(self.values) if self.values else why

    def kept(self) -> str:
        """As it is kept in the store."""
        said = {name: value for name, value in asdict(self).items() if value or name == "what"}
        return json.dumps(said, ensure_ascii=False)


def of(error: BaseException) -> Hindrance:
    """What an error says that ended a conversation, be it foreseen or not."""
    if isinstance(error, Inauthentic):
        values = {name: text[:LONGEST] for name, text in error.values.items()}
        return Hindrance(N_("What the peer sends cannot be proven"), finding=error.code, values=values)
    if isinstance(error, wire.Cut):
        return _cut(error)
    if isinstance(error, PeerTrouble):
        values = {name: text[:LONGEST] for name, text in error.values.items()}
        return Hindrance(error.what, error.where, error.reason, error.mend or AGAIN, values=values)
    if isinstance(error, BandingError):
        return Hindrance(error.what, error.where, error.why, error.mend or AGAIN)
    why = f"{type(error).__name__}: {error}"[:LONGEST]
    return Hindrance(N_("Something went wrong inside the program"), why=why, mend=AGAIN)


def _cut(cut: wire.Cut) -> Hindrance:
    if isinstance(cut.__cause__, PeerTrouble):
        # A segment that is refused reads like a cut line to whoever waits for it.
        return of(cut.__cause__)
    mend = N_("What came is kept, and the next sync goes on from there")
    return Hindrance(N_("The line broke before everything had come"), mend=mend)


class Reason(Sentence):
    """Why something hindered us, as English that can be told in another language as well."""

    hindrance: Hindrance

    def told(self, language: str) -> str:
        """The same in a language."""
        return self.hindrance.reason(language) or said(self.hindrance.what, language)


def reason(error: BaseException) -> Reason:
    """Why, of an error: what it gives as its reason, else what it is."""
    found = Hindrance(N_("It breaks off before its end")) if isinstance(error, wire.Cut) else of(error)
    made = Reason(found.reason("en") or found.what)
    made.hindrance = found
    return made


def lacking(logs: tuple[str, ...]) -> Hindrance:
    """A delivery of which something before is missing here, in these logs."""
    return Hindrance(N_("What comes before it is missing here"), where=", ".join(logs))


def told(kept: str | None, language: str) -> str:
    """What was kept, in a language; '' for nothing. A sentence of the time before it was kept so stays as it is."""
    found = _read(kept or "")
    return found.told(language) if found is not None else kept or ""


def _read(kept: str) -> Hindrance | None:
    try:
        found = json.loads(kept)
        values = {str(name): str(value) for name, value in found.pop("values", {}).items()}
        return Hindrance(**{name: str(text) for name, text in found.items()}, values=values)
    except (ValueError, TypeError, AttributeError):
        return None


class _Whole(dict[str, str]):
    """Values of a sentence, in which nothing is missing."""

    def __missing__(self, name: str) -> str:
        return "?"
