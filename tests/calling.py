"""HTTP clients of tests: they speak plainly, on loopback, so none reads whom the world trusts.

That list of authorities takes a tenth of a second to read, for each client anew.
"""

from typing import Any

import httpx


def client(**given: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=False, **given)  # noqa: S501 - no TLS on loopback
