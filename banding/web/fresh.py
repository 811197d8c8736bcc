"""What stands in a form before anybody has typed: the station's ways, the session's, and what the last bird leaves."""

from collections.abc import Mapping

from banding import stock
from banding.store.sessions import FieldSession
from banding.store.shapes import Kept
from banding.web import forms, habits, here, language, sheet
from banding.web.words import own_name


def current() -> FieldSession | None:
    """The open session of the person who asks."""
    account = here.account()
    return here.station().store.sessions.current(account.id) if account is not None else None


def fresh(kind: str, session: FieldSession | None, *, recapture: bool = False) -> dict[str, str]:
    """Every bird begins so; a bird found by others was not found where the session is."""
    settings, today = here.station().settings, here.station().intake.today()
    begun = sheet.presets(kind, settings.node, today, language.current(), recapture=recapture)
    if session is None or (kind == "recovery" and not recapture):
        return begun
    controls = forms.controls(kind, forms.MOST_ROWS)
    return _filled(begun | {name: text for name, text in session.header.items() if name in controls})


def first(kind: str, session: FieldSession | None, *, recapture: bool = False) -> dict[str, str]:
    """The form as it is opened: within a session it goes on from the session's last bird."""
    begun = fresh(kind, session, recapture=recapture)
    if session is None or kind != "banding":
        return begun | (methods(session) if recapture else {})
    for uuid in here.station().store.sessions.last_birds(session.id, 20):
        held = here.station().store.records.record(uuid)
        if held is not None and held.kind == "banding" and not held.withdrawn:
            return following(held, session)
    return begun


def methods(session: FieldSession | None) -> dict[str, str]:
    """How a session measures: by its head, else as its last bird was measured; nothing where it has none yet."""
    begun = first("banding", session)
    return {name: begun[name] for name in sheet.METHODS.values() if name in begun}


def opened(held: Kept) -> dict[str, str]:
    """A saved record in its form: every text as it was understood, the species as its reader would type it."""
    told = forms.texts(held.kind, held.groups)
    return {name: own_name(text) if name == "core.species" else text for name, text in told.items()}


def following(last: Kept, session: FieldSession | None) -> dict[str, str]:
    """The form for the bird after `last`, with the next ring of its series."""
    recapture = last.core.get("manner") == "recapture"
    keep = habits.of(last.kind).keep
    begun = sheet.after(opened(last), fresh(last.kind, session, recapture=recapture), keep)
    if last.kind != "banding" or "core.ring" in keep:
        return begun
    told = stock.following(here.station(), last.core["scheme"], last.core["ring"])
    ring = sheet.next_ring(last.core["ring"]) if told is None else told
    return _filled(begun | {"core.ring": ring})


def _filled(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if text}
