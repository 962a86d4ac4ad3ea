"""The built web application: hashed assets for ever, its one page never from a cache, every address of its
router.
"""

from pathlib import Path

from aiohttp import web

from core.errors import NotFound, Unavailable

_FOREVER = "public, max-age=31536000, immutable"


class PagesNotBuilt(Unavailable):
    """The folder of the built pages is empty."""

    code = "pages_not_built"
    title = "The web pages have not been built"
    next_step = "Run `make web` and reload."


def add_web(app: web.Application, folder: Path) -> None:
    """Serve the Vite build in `folder`; call it last. Unknown addresses outside /api get index.html."""
    root = folder.resolve()

    async def page(request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if path.partition("/")[0] in ("api", "socket.io"):
            raise NotFound
        file = _file(root, path)
        if file is not None:
            return web.FileResponse(file, headers={"Cache-Control": _caching(path)})
        if path.startswith("assets/"):  # an old page asks for a file that a new build replaced
            raise NotFound
        index = root / "index.html"
        if not index.is_file():
            raise PagesNotBuilt
        return web.FileResponse(index, headers={"Cache-Control": "no-store"})

    app.router.add_get("/{path:.*}", page)


def _file(root: Path, path: str) -> Path | None:
    """The file at `path` below `root`; None for folders, for what is missing and for what leads outside."""
    try:
        file = (root / path).resolve()
        inside = file.is_relative_to(root) and file.is_file()
    except (OSError, ValueError):  # a name too long, a NUL byte
        return None
    return file if inside else None


def _caching(path: str) -> str:
    """Vite puts a hash of the content into the names of assets; everything else may change."""
    return _FOREVER if path.startswith("assets/") else "no-cache" if path != "index.html" else "no-store"
