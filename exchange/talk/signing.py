"""Requests signed by RFC 9421, so that a node knows which peer asks, whatever the clocks say.

A signature covers the method, the path, the query and the body's digest. It is bound to a nonce that the answering
node gave out itself, and to the key of the node that it is meant for: a peer could hand us another node's nonce and
pass our request on to it. Its `created` time is sent because the standard asks for it and never judged:
clocks at field stations are years off.
"""

import datetime
import hashlib
import hmac
import os
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from banding.errors import BandingError
from exchange.log.keys import NodeKey

COVERED = ("@method", "@path", "@query")
TAG = "band-exchange"
NONCE_SECONDS = 3600


class NotSigned(BandingError):
    """The request does not prove which peer it comes from."""

    slug, status = "not-signed", 401


class StaleNonce(NotSigned):
    """The signature is bound to a nonce that is not, or no longer, ours."""

    slug = "stale-nonce"


class Nonces:
    """Gives out nonces and knows its own again, without remembering any; they live for an hour."""

    @classmethod
    def of(cls, key: NodeKey) -> "Nonces":
        """The nonces of a node, the same in each of its processes: a server may run several."""
        return cls(hashlib.sha256(b"band-exchange nonces v1\n" + key.private.private_bytes_raw()).digest())

    def __init__(self, secret: bytes | None = None, now: Callable[[], float] = time.time) -> None:
        self._secret, self._now = secret or os.urandom(32), now

    def give(self) -> str:
        """A fresh nonce."""
        text = f"{int(self._now()):x}-{os.urandom(8).hex()}"
        return f"{text}-{self._mac(text)}"

    def knows(self, nonce: str) -> bool:
        """Whether the nonce was given out here within the last hour."""
        text, _, mac = nonce.rpartition("-")
        if not hmac.compare_digest(self._mac(text).encode(), mac.encode(errors="replace")):
            return False
        return abs(self._now() - int(text.partition("-")[0], 16)) <= NONCE_SECONDS

    def _mac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


class _Signer(HTTPSignatureKeyResolver):
    def __init__(self, key: NodeKey) -> None:
        self.key = key

    def resolve_private_key(self, _key_id: str) -> Any:
        return self.key.private


class _Pinned(HTTPSignatureKeyResolver):
    def __init__(self, find: Callable[[str], bytes | None]) -> None:
        self.find = find

    def resolve_public_key(self, key_id: str) -> Any:
        raw = self.find(key_id)
        return Ed25519PublicKey.from_public_bytes(raw) if raw else None


class _Verifier(HTTPMessageVerifier):
    # The nonce says that the request is new; the sender's clock may be years off.
    max_clock_skew = datetime.timedelta(days=365 * 100)


def tag(to: str) -> str:
    """What a signature says that it is for: this exchange, and the node with this fingerprint."""
    return f"{TAG} {to}"


def sign(request: Any, key: NodeKey, nonce: str, to: str) -> None:
    """Sign a prepared request of `requests` in place, for the node whose key has the fingerprint `to`."""
    body = request.body or b""
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Signer(key))
    signer.sign(
        request, key_id=key.fingerprint, nonce=nonce, tag=tag(to), covered_component_ids=COVERED,
        body=body if isinstance(body, bytes) else body.encode(),
    )  # fmt: skip


def verify(request: Any, body: bytes, find: Callable[[str], bytes | None], nonces: Nonces, to: str) -> str:
    """The fingerprint of the trusted key that signed a request; `request` has method, url and headers.

    `find` gives the 32 raw bytes of a trusted key by its fingerprint; `to` is the fingerprint of our own key. Raises
    NotSigned or StaleNonce.
    """
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Pinned(find))
    try:
        (result,) = verifier.verify(request, max_age=None, expect_tag=tag(to), require_components=COVERED, body=body)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise NotSigned(
            "The request is not signed by a node that we know", why=str(error)[:200],
            mend="Exchange fingerprints with the administrator of this node",
        ) from error  # fmt: skip
    if not nonces.knows(str(result.nonce or "")):
        raise StaleNonce("The nonce of the request is not ours or too old", mend="Ask hello for a new one")
    return str(result.parameters["keyid"])
