"""Rules about codes that contradict each other: a chick in a net, a dead bird recaptured, a new ring on an old bird."""

from collections.abc import Iterator

from banding.domain.encounters import is_alive, is_dead
from banding.domain.rules.birds_ import NOT_A_PULLUS, PULLUS
from banding.domain.rules.case import Case, Finding, error, warning

CHICK, AGE_UNKNOWN, STATUS_UNKNOWN = "1", "0", "U"
NOT_APPLICABLE = "-"
# EURING condition: 6 kept in captivity, 7 released, 8 released by a bander.
WELL, BY_A_BANDER = frozenset("678"), "8"
CASUALTY_OF_RINGING = "08"
# Mist nets, nets held in the air, clap nets for birds that fly in: a chick comes into none of them.
FLYING = frozenset("FMU")
ADDED, NOT_FIRST = frozenset("123"), frozenset("4567")
# EURING circumstances. Rings read on living birds; rings without a bird; ends that no bird flies away from.
READ_ALIVE = frozenset({"28", "29", "81", "82", "83", "87", "89"})
RING_ALONE = frozenset({"02", "03"})
DEADLY = frozenset({"11", "35", "49", "70", "91"})


def chick_status(case: Case) -> Iterator[Finding]:
    """R-age-status: the age of a chick and the status of a chick come together."""
    age, status = case.me.age, case.me.status
    if age is None or status is None:
        return
    alone = status not in (PULLUS, STATUS_UNKNOWN) if age == CHICK else status == PULLUS and age != AGE_UNKNOWN
    if alone:
        yield warning("R-age-status", "core.status", age=age, status=status)


def chick_caught(case: Case) -> Iterator[Finding]:
    """R-age-catching: a chick that cannot fly is not caught flying."""
    method = case.group("core").get("catching_method")
    if case.me.age == CHICK and method in FLYING:
        yield warning("R-age-catching", "core.catching_method", age=CHICK, catching_method=method)


def chick_age(case: Case) -> Iterator[Finding]:
    """R-pullus-age: what is told of a chick needs the status of a chick; R-status-brood tells open contradictions."""
    core, status = case.group("core"), case.me.status
    for field in ("brood_size", "pullus_age"):
        if status is None and core.get(field, NOT_A_PULLUS) != NOT_A_PULLUS:
            yield warning("R-pullus-age", "core.status", field=field)
    accuracy = core.get("pullus_age_accuracy")
    if accuracy is not None and (accuracy == NOT_APPLICABLE) == (status == PULLUS):
        yield warning("R-pullus-age", "core.pullus_age_accuracy", field="pullus_age_accuracy")


def ring_information(case: Case) -> Iterator[Finding]:
    """R-ring-info-kind: a first ring makes a banding, a ring that was there makes a recovery."""
    told = case.group("core").get("ring_information")
    if told in (NOT_FIRST if case.me.is_banding else ADDED):
        yield warning("R-ring-info-kind", "core.ring_information", kind=case.me.kind, ring_information=told)


def manner(case: Case) -> Iterator[Finding]:
    """R-condition-manner: the dead are found, but for casualties of ringing; a bander lets go what he recaptured."""
    told, condition = case.me.manner, case.me.condition
    if told is None or condition is None:
        return
    died_elsewhere = is_dead(condition) and case.me.circumstances != CASUALTY_OF_RINGING
    if (told == "found" and condition == BY_A_BANDER) or (told in ("recapture", "resighting") and died_elsewhere):
        yield warning("R-condition-manner", "core.manner", condition=condition, manner=told)


def circumstances(case: Case) -> Iterator[Finding]:
    """R-circumstances-condition: what happened to the bird and how it was cannot both be."""
    told, condition = case.me.circumstances, case.me.condition
    if told is None or condition is None:
        return
    alive = (told in RING_ALONE and is_alive(condition)) or (told in DEADLY and condition in WELL)
    if alive or (told in READ_ALIVE and is_dead(condition)):
        yield warning("R-circumstances-condition", "core.condition", circumstances=told, condition=condition)


def species_code(case: Case) -> Iterator[Finding]:
    """R-species-code: EURING leaves 65000-69999 to each scheme, so nobody else could read them."""
    for field in ("species_code", "species_mentioned_code"):
        code = case.group("core").get(field, "")
        if "65000" <= code <= "69999":
            yield error("R-species-code", f"core.{field}", species_code=code)


RULES = (chick_status, chick_caught, chick_age, ring_information, manner, circumstances, species_code)
