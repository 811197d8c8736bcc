"""Tells of records with versions at odds, each once, and settles what has been decided."""

from exchange.node import ExchangeNode
from exchange.talk import alarms

MOST = 50
"""Alarms about forks that are open at a time: whoever has fifty to decide goes by the page, not by the mails."""
PAGE = 200


def look(node: ExchangeNode) -> None:
    """Settle the alarms of forks that are closed, and ring for open ones as far as there is room."""
    ringing = [alarm.about for alarm in node.alarms.open() if alarm.kind == "fork"]
    still = {about for about in ringing if node.store.forks.of(about)}
    for about in ringing:
        if about not in still:
            alarms.settle(node, "fork", about)
    _ring(node, still, MOST - len(still))


def _ring(node: ExchangeNode, ringing: set[str], room: int) -> None:
    after = ""
    while room > 0 and (found := node.store.forks.open(PAGE, after)):
        after = found[-1].uuid
        for fork in found:
            if fork.uuid not in ringing and room > 0:
                origin = fork.sides[0].origin
                alarms.ring(node, "fork", fork.uuid, peer=origin, state="" if origin == node.code else "theirs")
                room -= 1
