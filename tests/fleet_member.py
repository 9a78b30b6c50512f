"""`python -m tests.fleet_member`: answers on two ports as one of several processes would."""

import os

from aiohttp import web

WEB, OPS, NAME = "MEMBER_WEB", "MEMBER_OPS", "MEMBER_NAME"


async def _say(request: web.Request) -> web.Response:
    if request.path.endswith("/die"):
        os._exit(1)
    said = {
        "by": os.environ[NAME],  # noqa: TID251
        "asked": f"{request.method} {request.path_qs}",
        "signature": request.headers.get("X-Signature"),
        "body": (await request.read()).decode(),
    }
    return web.json_response(said, status=202 if request.method == "POST" else 200)


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ[OPS])).start()  # noqa: TID251


def main() -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _say)
    ops = web.Application()
    ops.router.add_route("*", "/{path:.*}", _say)

    async def both(_: web.Application) -> None:
        await _serve(ops)

    app.on_startup.append(both)
    web.run_app(app, host="127.0.0.1", port=int(os.environ[WEB]), print=None)  # noqa: TID251


if __name__ == "__main__":
    main()
