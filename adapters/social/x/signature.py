"""X's proof in both directions: the challenge (CRC) that we answer, the signature that we check.

Source: docs.x.com, x-api/webhooks. Both are HMAC-SHA256 under the app's consumer secret, in base64
after `sha256=`. X signs no time, so an old body cannot be told from a new one by its signature: a
replayed one is dropped by its ids.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from chatops.errors import Unauthentic

HEADER = "x-twitter-webhooks-signature"


def challenge(query: Mapping[str, str], secret: str) -> bytes | None:
    """Answer X's check of our address; None if the query holds no challenge."""
    token = query.get("crc_token")
    if not token:
        return None
    return json.dumps({"response_token": sign(token.encode(), secret)}).encode()


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Check the signature over the raw bytes.

    Raises:
        Unauthentic: missing or wrong.
    """
    given = headers.get(HEADER)
    if given is None:
        raise Unauthentic(f"no {HEADER}")
    # As bytes: compare_digest refuses strings that a stranger filled with more than ASCII. The HTTP
    # server keeps a byte that is no UTF-8 as a lone surrogate.
    if not hmac.compare_digest(given.encode(errors="replace"), sign(body, secret).encode()):
        raise Unauthentic(f"wrong {HEADER}")


def sign(body: bytes, secret: str) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"
