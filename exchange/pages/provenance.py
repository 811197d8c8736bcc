"""On a record's page: whose log it stands in, by whom it came, what is withheld, to whom it went, where it waits."""

from flask import render_template
from flask_babel import lazy_gettext
from markupsafe import Markup

from banding.store.shapes import Kept
from exchange import pages
from exchange.log.leftbook import LeftBook, Went
from exchange.talk import board
from schemas import GROUPS

STATES = {
    board.THERE: lazy_gettext("it has it"),
    board.NOT_YET: lazy_gettext("not yet there"),
    board.HELD: lazy_gettext("waits for a person there"),
    board.CLOSED: lazy_gettext("closed to it by the terms"),
    board.WAITS: lazy_gettext("set aside there"),
    board.UNKNOWN: lazy_gettext("it has not said yet what it has"),
    board.ITS_OWN: lazy_gettext("written there"),
}


def way(record: Kept) -> Markup:
    """The way of the version that is shown."""
    node = pages.node()
    found = node.shelf.origin_of(record.version_id)
    batch = node.shelf.batch_of(*found[:2]) if found else None
    went: dict[str, Went] = {}
    for each in LeftBook(node.store).of_version(record.version_id):
        # What has gone once has gone, whether the terms have widened or narrowed since.
        known = went.get(each.peer, each)
        groups = [group for group in GROUPS if group in {*known.groups, *each.groups}]
        went[each.peer] = each._replace(day=known.day, groups=groups)
    return Markup(
        render_template(
            "way.html",
            found=found,
            record=record,
            own=record.origin == node.code,
            moment=pages.moment,
            routes=node.ledger.routes.of(batch) if batch else [],
            went=list(went.values()),
            where=board.where(node, *found[:2]) if found else [],
            states=STATES,
            waits=node.waits.of_entry(*found[:2]) if found else [],
        )
    )
