"""`python -m adapters.sandbox`: run the sandbox until ctrl-C.

With `--traffic` or `--replay FILE` it waits for `POST /dev/begin` and then plays (see `programme`).
"""

import argparse
import logging
from functools import partial
from pathlib import Path

from aiohttp import web

from adapters.sandbox.loopback import ADDRESS
from adapters.sandbox.server import Sandbox

#: Seconds that open streams and long polls are given when the sandbox ends.
_PARTING = 0.5


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.sandbox",
        description="Strict stand-ins for Slack, Teams and X, a make-believe network, and their page.",
    )
    parser.add_argument("--port", type=int, default=8080, help="where the page is (8080)")
    parser.add_argument("--host", default=ADDRESS, help=f"only {ADDRESS}: the sandbox has no login")
    parser.add_argument(
        "--serve-dev",
        metavar="URL",
        help="the service's second port, as http://127.0.0.1:9100, to turn business time",
    )
    parser.add_argument(
        "--processes",
        action="store_true",
        help="that port is what stands before several processes: show them on the page",
    )
    parser.add_argument(
        "--bot",
        metavar="URL",
        help="the service's messaging endpoint; without it no Teams is shown",
    )
    parser.add_argument(
        "--traffic", action="store_true", help="once begun, let make-believe customers write"
    )
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="once begun, play these conversations"
    )
    parser.add_argument(
        "--speed", type=int, default=1, help="how many times the chats' pace is allowed (1)"
    )
    asked = parser.parse_args()
    if asked.host != ADDRESS:
        parser.error(f"--host {asked.host}: the sandbox listens on {ADDRESS} and nowhere else")
    return asked


def main() -> None:
    asked = _arguments()
    logging.basicConfig(level=logging.WARNING)
    say = partial(print, flush=True)
    sandbox = Sandbox(
        asked.port,
        asked.serve_dev,
        say,
        asked.speed,
        processes=asked.processes,
        bot=asked.bot,
    )
    if asked.traffic:
        sandbox.programme.be_lively()
    if asked.replay:
        sandbox.programme.take_file(asked.replay)
    web.run_app(
        sandbox.app,
        host=ADDRESS,
        port=asked.port,
        access_log=None,
        shutdown_timeout=_PARTING,
        # In place of aiohttp's banner, which would look as if all were ready.
        print=lambda _banner: say(f"The stand-ins listen on http://{ADDRESS}:{asked.port}"),
    )


if __name__ == "__main__":
    main()
