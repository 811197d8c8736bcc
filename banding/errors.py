"""The one family of errors that reach a person: what happened, where, why, and what to do."""

from banding import spoken


class BandingError(Exception):
    """Something a person can understand and mend.

    `what` says what went wrong, `where` names the field, row or file, `why` the reason, `mend` what to do.
    `slug` is the stable name in the problem's type URI, `status` the HTTP status that fits.
    """

    slug = "trouble"
    status = 500

    def __init__(self, what: str, *, where: str = "", why: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.mend = what, where, why, mend

    def __str__(self) -> str:
        parts = [f"{self.what} ({self.where})" if self.where else self.what, self.why, self.mend]
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)

    def told(self, language: str) -> str:
        """All of it in a language: `en`, `zh` or `ru`; what another program says stays as it is."""
        what = f"{spoken.said(self.what, language)} ({self.where})" if self.where else self.what
        return spoken.sentences(what, self.why, self.mend, language=language)


class Refused(BandingError):
    """Input that cannot be taken as it is."""

    slug, status = "refused", 422


class NotFound(BandingError):
    """Nothing of that name here."""

    slug, status = "not-found", 404


class NotAllowed(BandingError):
    """Not for this role, or not this node's to change."""

    slug, status = "not-allowed", 403


class SettingsTrouble(BandingError):
    """A setting is missing or cannot be used."""

    slug, status = "settings", 500


class StoreTrouble(BandingError):
    """The file on disk cannot be read or written."""

    slug, status = "store", 503
