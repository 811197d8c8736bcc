"""One open node: its settings, store, tables and door, handed together to every edge."""

from dataclasses import dataclass

from banding import reference
from banding.domain.rules import Tables
from banding.errors import StoreTrouble
from banding.intake import Intake
from banding.settings import Settings
from banding.store import Store


@dataclass(frozen=True)
class Station:
    """What a page, a command or the exchange needs of the node it serves."""

    settings: Settings
    store: Store
    tables: Tables
    intake: Intake

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
        tables = reference.tables()
        return cls(settings, store, tables, Intake(store, settings.node, tables))
