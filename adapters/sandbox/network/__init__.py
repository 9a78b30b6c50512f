"""Chirp, a make-believe social network: a simple API, signed webhooks in batches, no vendor's rules.

It is what a conversation file is replayed into, and a second channel for the sandbox. What it asks
of its callers, and nothing else:

* a bearer token at every API call (401 without);
* texts of at most 500 characters as people count them (grapheme clusters), not blank;
* an `idempotency_key` with every write: the same key within 24 hours gives the same post again,
  with another text it is refused (409);
* at most 120 writes a minute (429 with Retry-After).

Paths: `POST posts {text, in_reply_to, idempotency_key}`, `POST messages {to, text,
idempotency_key}`, `GET posts?parent=`, `GET posts/{id}`, `PUT posts/{id}/hidden {hidden}` (what
others wrote), `DELETE posts/{id}`, `PUT webhook {url}`. Errors are `{"error": code, "message":
words}`.
"""

from adapters.sandbox.network.cloud import Network
from adapters.sandbox.network.posts import Author, Chirp

__all__ = ["Author", "Chirp", "Network"]
