"""Rules about rings: of their scheme's pattern, read in full, and not one misreading away from a ring that is worn."""

from collections.abc import Iterator

from banding.domain import rings
from banding.domain.rules.case import Case, Finding, error, notice, warning


def pattern(case: Case) -> Iterator[Finding]:
    """R-ring-pattern: a fully read ring is one its scheme could have made."""
    scheme = case.tables.schemes.get(case.me.scheme)
    # A partial reading has no key, and no pattern can judge it.
    if scheme is None or case.me.ring_key is None or rings.matches(case.me.ring, scheme.pattern):
        return
    yield error("R-ring-pattern", "core.ring", ring=case.me.ring, scheme=case.me.scheme, example=scheme.example)


def gaps(case: Case) -> Iterator[Finding]:
    """R-ring-gaps: a ring with unread characters is said to be one, or it would match another bird."""
    scheme = case.tables.schemes.get(case.me.scheme)
    # Where the number does not even fit the scheme, R-ring-pattern says so already.
    if scheme is None or case.me.ring_key is None or not rings.matches(case.me.ring, scheme.pattern):
        return
    if rings.is_partial(case.me.ring, scheme.pattern, scheme.example):
        yield error("R-ring-gaps", "core.ring", ring=case.me.ring)


def letters(case: Case) -> Iterator[Finding]:
    """R-ring-letters: nobody wears this ring, but a look-alike is known: SUO read for SVO."""
    key = case.me.ring_key
    if key is None or not case.tables.near_rings or case.me.is_banding or case.others:
        return
    if key in case.tables.near_rings:
        return
    likely = [ring for ring in rings.look_alikes(key) if ring in case.tables.near_rings]
    if likely:
        yield warning("R-ring-letters", "core.ring", ring=case.me.ring, suggestion=", ".join(likely))


def foreign(case: Case) -> Iterator[Finding]:
    """R-foreign-ring: a bird met whose banding nobody here knows; what comes from another node is its own to ask."""
    me = case.me
    if me.is_banding or me.ring_key is None or not case.tables.entered_here:
        return
    # A ring that must be mended first is no ring to ask about.
    is_sound = not any(finding for rule in (pattern, gaps) for finding in rule(case))
    if is_sound and not any(other.is_banding for other in case.others):
        yield notice("R-foreign-ring", "core.ring", ring=me.ring, scheme=me.scheme)


RULES = (pattern, gaps, letters, foreign)
