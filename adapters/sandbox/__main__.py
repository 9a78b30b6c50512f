"""`python -m adapters.sandbox`: run the sandbox until ctrl-C."""

import argparse
import logging
from functools import partial

from aiohttp import web

from adapters.sandbox.server import ADDRESS, Sandbox

#: Seconds that open streams and long polls are given when the sandbox ends.
_PARTING = 0.5


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.sandbox",
        description="Strict stand-ins for Slack and X, a make-believe network, and their page.",
    )
    parser.add_argument("--port", type=int, default=8080, help="where the page is (8080)")
    parser.add_argument("--host", default=ADDRESS, help=f"only {ADDRESS}: the sandbox has no login")
    parser.add_argument(
        "--serve-dev",
        metavar="URL",
        help="the service's second port, as http://127.0.0.1:9100, to turn business time",
    )
    asked = parser.parse_args()
    if asked.host != ADDRESS:
        parser.error(f"--host {asked.host}: the sandbox listens on {ADDRESS} and nowhere else")
    return asked


def main() -> None:
    asked = _arguments()
    logging.basicConfig(level=logging.WARNING)
    web.run_app(
        Sandbox(asked.port, asked.serve_dev).app,
        host=ADDRESS,
        port=asked.port,
        access_log=None,
        shutdown_timeout=_PARTING,
        print=partial(print, flush=True),
    )


if __name__ == "__main__":
    main()
