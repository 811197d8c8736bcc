"""Rules about the bird in the hand: its species told and known, brood fields and methods in their place."""

from collections.abc import Iterator

from banding.domain.rules.case import Case, Finding, error, warning

PULLUS = "-"
NOT_A_PULLUS = "--"
_METHODS = {"bill": "bill_method", "tarsus": "tarsus_method"}


def species_concluded(case: Case) -> Iterator[Finding]:
    """R-species-concluded, R-species-open: `Aves` and EURING 00000 leave open what the verdict must tell.

    A later encounter may leave it open if a person says so: of a ring without its bird only its banding knows the
    species, and a return must not wait for a name that nobody here can give.
    """
    if case.me.species == "Aves" or case.group("core").get("species_code") == "00000":
        if case.me.is_banding:
            yield error("R-species-concluded", "core.species")
        else:
            yield warning("R-species-open", "core.species")


def species_unknown(case: Case) -> Iterator[Finding]:
    """R-species-unknown: a name that the node's list lacks may be misspelt."""
    if case.me.species != "Aves" and case.tables.species.by_name(case.me.species) is None:
        yield warning("R-species-unknown", "core.species", species=case.me.species)


def brood(case: Case) -> Iterator[Finding]:
    """R-status-brood: a pullus (status `-`) has a brood size and an age, every other bird has `--`."""
    status = case.me.status
    if status is None:
        return
    for field in ("brood_size", "pullus_age"):
        value = case.group("core").get(field)
        if value is not None and (status == PULLUS) == (value == NOT_A_PULLUS):
            yield error("R-status-brood", f"core.{field}", status=status, field=field)


def method(case: Case) -> Iterator[Finding]:
    """R-method-missing: a bill or tarsus can only be compared where its method is told."""
    told = case.group("measurements")
    for field, needed in _METHODS.items():
        if field in told and needed not in told:
            yield error("R-method-missing", f"measurements.{needed}", field=field, method=needed)


def fat_method(case: Case) -> Iterator[Finding]:
    """R-fat-method-missing: only a warning, for files in use leave the scale out."""
    told = case.group("measurements")
    if "fat" in told and "fat_method" not in told:
        yield warning("R-fat-method-missing", "measurements.fat_method")


RULES = (species_concluded, species_unknown, brood, method, fat_method)
