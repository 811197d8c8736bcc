"""One open node: its settings, store, tables and door, handed together to every edge."""

from dataclasses import dataclass

from banding.domain.rules import Tables
from banding.errors import StoreTrouble
from banding.intake import Intake
from banding.settings import Settings
from banding.store import Store
from banding.tables import LiveTables


@dataclass(frozen=True)
class Station:
    """What a page, a command or the exchange needs of the node it serves."""

    settings: Settings
    store: Store
    live: LiveTables
    intake: Intake

    @property
    def tables(self) -> Tables:
        """What rules and pages look up, with the rows that nodes have added by now."""
        return self.live.now()

    def at(self) -> str:
        """This moment by the node's own clock, as it is kept."""
        return self.intake.clock().isoformat(timespec="seconds")

    @classmethod
    def open(cls, settings: Settings) -> "Station":
        """Open the node's file, making it when it is not there. Raises StoreTrouble."""
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreTrouble(
                "The node's folder cannot be made", where=str(settings.home), why=str(error),
                mend="Set BANDING_HOME to a folder that can be written to",
            ) from error  # fmt: skip
        store = Store.open(settings.store)
        live = LiveTables(store)
        return cls(settings, store, live, Intake(store, settings.node, live))
