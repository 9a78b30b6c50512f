"""Serve the sandbox's page: plain files, as they stand beside this module, read anew at every request.

There is no build step. A browser is told to keep nothing, so that an edit shows at the next load,
and to load nothing from elsewhere: the page works with the network cable pulled out.
"""

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent

#: Only what browsers refuse to guess; ES modules must come as JavaScript.
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}

_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def mount(app: web.Application) -> None:
    """Serve the page at `/` and its files at `/page/...`."""
    app.router.add_get("/", _index)
    app.router.add_get("/page/{name}", _file)


async def _index(_request: web.Request) -> web.Response:
    return _answer(_FOLDER / "index.html")


async def _file(request: web.Request) -> web.Response:
    # The list of the folder decides what exists, so no name can lead out of it.
    found = {path.name: path for path in _FOLDER.iterdir()}.get(request.match_info["name"])
    if found is None or found.suffix not in _TYPES:
        raise web.HTTPNotFound
    return _answer(found)


def _answer(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(),
        content_type=_TYPES[path.suffix],
        charset="utf-8",
        headers=_HEADERS,
    )
