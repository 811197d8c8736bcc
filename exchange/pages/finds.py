"""On the private page of who reported a ring: since when its station is asked, and what was answered."""

from typing import NamedTuple

from flask import Flask, render_template
from markupsafe import Markup

from banding.domain import rings
from banding.finder.stories import banding_of
from banding.store.finds import Find
from banding.store.shapes import Kept
from banding.web import slots
from exchange import pages
from exchange.agreements import public
from exchange.log.letters import Letter
from exchange.node import ExchangeNode
from exchange.talk import returns


class Way(NamedTuple):
    """Of the recovery that a report became: when it first left, where and since when its banding is known, letters."""

    asked: str
    origin: str
    known: str
    answers: list[Letter]


def init(app: Flask) -> None:
    """Tell the pages for the public what the exchange knows."""
    app.extensions["finder"] = public.beyond(app.extensions["exchange"])
    slots.fill(app, "find.way", shown)


def shown(find: Find) -> Markup:
    """The steps of a report behind its acceptance; nothing where its record has gone."""
    node = pages.node()
    held = node.store.records.record(find.record) if find.record else None
    return (
        Markup(render_template("find_way.html", way=way(node, held), moment=pages.moment))
        if held is not None
        else Markup("")
    )


def way(node: ExchangeNode, held: Kept) -> Way:
    """How far the request for the banding of a bird has come."""
    core = held.core
    banding = banding_of(node.station, core["scheme"], rings.key(core["ring"], core.get("ring_partial", False)))
    went = [one.day for one in node.left.of_version(held.version_id)]
    is_theirs = banding is not None and banding.origin != node.code
    return Way(
        asked=min(went, default=""),
        origin=banding.origin if banding is not None else "",
        known=_day(banding.kept_at) if banding is not None and is_theirs else "",
        answers=[] if banding is not None else returns.answers(node, held.uuid),
    )


def _day(moment: str) -> str:
    return pages.moment(moment)[:10]
