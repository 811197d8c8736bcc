"""Why a line does not come about or a peer refuses, as sentences that the catalogues know."""

import socket
from collections.abc import Iterator

import requests

from exchange.talk.words import N_

TRANSPORT: tuple[tuple[type[BaseException], str], ...] = (
    (requests.Timeout, N_("It did not answer in time")),
    (TimeoutError, N_("It did not answer in time")),
    (requests.exceptions.ProxyError, N_("The proxy of this network does not let the call through")),
    (requests.exceptions.SSLError, N_("The encrypted line did not come about: see its certificate, and both clocks")),
    (socket.gaierror, N_("Its name is not found: is it typed right, and is the line to the outside up?")),
    (ConnectionRefusedError, N_("A computer answers there, but no node runs on it")),
    (ConnectionError, N_("The line broke")),
    (requests.exceptions.InvalidURL, N_("Its address cannot be read")),
    (OSError, N_("There is no way to it")),
)
"""What the transport calls its faults; those that say more come first."""
PROBLEMS = {
    "not-signed": N_("It does not know the key of this node"),
    "stale-nonce": N_("It does not take the signature of the request"),
    "too-large": N_("More was sent than it takes at once"),
    "too-many": N_("It was asked too often in a short time"),
    "epoch-changed": N_("Its store was restored or made anew"),
    "segment-gone": N_("What it offered is not for this node any more"),
    "store": N_("Its disk may be full, or its file locked"),
    "trouble": N_("Something went wrong there"),
}
IN_FRONT = {
    404: N_("There is no node of the band exchange at this address"),
    413: N_("More was sent than the server in front of it takes at once"),
    **dict.fromkeys((502, 503, 504), N_("The server in front of it answers, but its node does not")),
}
"""Answers that are no problem documents: somebody else gave them."""
NO_ANSWER = N_("It is no answer of the band exchange: something else answers there, or in between")
MOVED = N_("The address leads on to %(address)s, and is not followed: give that one, if it is right")


def why_not(fault: BaseException) -> str:
    """Why nothing came over a line, as far as the transport tells; else what it calls the fault."""
    causes = list(_causes(fault))
    for kind, why in TRANSPORT:
        # The outermost fault of `requests` is a fault of the system as well, and says nothing by that.
        if any(isinstance(one, kind) for one in (causes if kind is not OSError else causes[1:])):
            return why
    return type(fault).__name__


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    seen = set[int]()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__


def refused(problem: str, told: str, status: int) -> str:
    """Why a peer refuses: by the slug of its problem, by what stands in front of it, else as it says itself."""
    return PROBLEMS.get(problem) or (IN_FRONT.get(status, "") if problem == "unknown" else "") or told
