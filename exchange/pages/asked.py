"""On the page of a bird whose banding is not here: since when it is asked for, by which recovery, and the answer."""

from typing import NamedTuple

from flask import render_template
from markupsafe import Markup

from banding.domain.matching import Story
from exchange import pages
from exchange.pages import finds
from exchange.pages.finds import Way


class Asked(NamedTuple):
    """A recovery of ours with which a banding is asked for: its record and day, and how far the request has come."""

    record: str
    day: str
    way: Way


def of_bird(story: Story, **_page: object) -> Markup:
    """The requests for the banding of a bird; nothing where it is known, or where none of us has met the bird."""
    node = pages.node()
    mine = [] if story.banding else [met for met in story.encounters if met.origin == node.code]
    held = [found for met in mine if (found := node.store.records.record(met.id))]
    asked = [Asked(one.uuid, one.core["day"], finds.way(node, one)) for one in held]
    return Markup(render_template("bird_asked.html", asked=asked, moment=pages.moment)) if asked else Markup("")
