"""A page to read and try the API with; everything it needs comes from this package."""

from importlib.resources import files

from litestar import Controller, Response, get

from campaigns.interfaces.rest.guards import PUBLIC

_FILES = files("campaigns.interfaces.rest") / "docs_page"


def _asset(name: str, media_type: str) -> Response[bytes]:
    content = (_FILES / name).read_bytes()
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})


class DocsController(Controller):
    path = "/docs"
    include_in_schema = False
    opt = PUBLIC

    @get("/", sync_to_thread=False)
    def page(self) -> Response[bytes]:
        return _asset("index.html", "text/html")

    @get("/docs.js", sync_to_thread=False)
    def script(self) -> Response[bytes]:
        return _asset("docs.js", "text/javascript")

    @get("/try.js", sync_to_thread=False)
    def trying(self) -> Response[bytes]:
        return _asset("try.js", "text/javascript")

    @get("/docs.css", sync_to_thread=False)
    def style(self) -> Response[bytes]:
        return _asset("docs.css", "text/css")
