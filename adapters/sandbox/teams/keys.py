"""The keys with which Microsoft signs: RS256 tokens, and the JSON Web Keys that check them."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from adapters.sandbox.teams.refusal import JSON


@functools.cache
def _pair(number: int) -> rsa.RSAPrivateKey:  # noqa: ARG001 - the cache is asked by it
    """Key pair `number`, made once for the whole process: it takes a while and guards nothing."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Keys:
    """The key that signs now, published together with those that signed before it."""

    def __init__(self, name: str, first: int) -> None:
        """`name` begins the ids of its keys; keys of `first` and above are never another's."""
        self._name = name
        self._first = first
        self._newest = first

    @property
    def kid(self) -> str:
        return self._kid(self._newest)

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self._newest += 1

    def sign(
        self,
        claims: Mapping[str, Any],
        *,
        headers: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the claims as a signed token; `headers` go over its own `kid`."""
        header = {"kid": self.kid, "x5t": self.kid, **(headers or {})}
        return jwt.encode(dict(claims), _pair(self._newest), algorithm="RS256", headers=header)

    def read(self, token: str, audience: str) -> JSON | None:
        """Return the claims of a token of ours, whatever its hours; None where it is none.

        Hours are left to the caller, who has the cloud's clock.
        """
        try:
            number = self._numbers()[jwt.get_unverified_header(token)["kid"]]
            claims: JSON = jwt.decode(
                token,
                _pair(number).public_key(),
                algorithms=["RS256"],
                audience=audience,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.InvalidTokenError, KeyError):
            return None
        return claims

    def published(self, endorsements: Sequence[str] = ()) -> list[JSON]:
        """The public keys; `endorsements` are the channels whose messages they may sign."""
        published: list[JSON] = []
        for kid, number in self._numbers().items():
            key = RSAAlgorithm.to_jwk(_pair(number).public_key(), as_dict=True)
            entry = {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": key["n"]}
            entry |= {"e": key["e"], "endorsements": list(endorsements)}
            published.append(entry)
        return published

    def _numbers(self) -> dict[str, int]:
        return {self._kid(number): number for number in range(self._first, self._newest + 1)}

    def _kid(self, number: int) -> str:
        return f"{self._name}-{number}"
