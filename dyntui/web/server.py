"""The app in a browser, by textual-serve: each window that is opened runs an app of its own.

Whoever reaches the app can read and change everything, and a page of another site can reach what
listens on this machine. So every address but the first needs a cookie, which only who knows the
token gets, and a WebSocket has to come from a page of this server.
"""

from __future__ import annotations

import hmac
import logging
import re
import socket
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

TOKEN = "token"
REFUSED = "Open the address that `dyntui web` shows where it was started: it holds the token.\n"
FOREIGN = "This page is not one of this server.\n"
# The page of textual-serve fetches a font from elsewhere, which would tell others of the visit.
_ELSEWHERE = re.compile(r"<link[^>]*https://[^>]*>")
# Keys work at once, without a click.
_FOCUS = """<script>
new MutationObserver((_, observer) => {
  const typing = document.querySelector(".xterm-helper-textarea");
  if (typing) { typing.focus(); observer.disconnect(); }
}).observe(document.body, { childList: true, subtree: true });
</script>
</body>"""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)


class WebServer(Server):
    """textual-serve's server behind a token, at a socket that is bound already."""

    def __init__(
        self, command: str, listener: socket.socket, token: str, public_url: str | None
    ) -> None:
        """`command` is a line for the shell that runs the app; `public_url` where browsers see it.

        Without a `public_url`, each browser's own address counts.
        """
        host, port = listener.getsockname()[:2]
        super().__init__(command, host=host, port=port, title="dyntui", public_url=public_url)
        self._listener = listener
        # Whoever is told the address may come before the server is ready.
        listener.listen()
        self._token = token
        self._public_url = public_url
        # Cookies know no ports: two servers of a machine must not take each other's.
        self._cookie = f"dyntui_{port}"

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard())
        return app

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Let through who has the cookie, and give it to who knows the token."""
            if self._is(request.query.get(TOKEN)):
                response = web.HTTPFound(request.rel_url.with_query(None).with_fragment(None))
                secure = self._base(request).startswith("https:")
                response.set_cookie(
                    self._cookie, self._token, httponly=True, samesite="Lax", secure=secure
                )
                raise response
            if not self._is(request.cookies.get(self._cookie)):
                raise web.HTTPForbidden(text=REFUSED)
            origin = request.headers.get("Origin")
            if origin is not None and urlsplit(origin).netloc != self._netloc(request):
                raise web.HTTPForbidden(text=FOREIGN)
            answer = await handler(request)
            if not answer.prepared:
                answer.headers["Content-Security-Policy"] = POLICY
                answer.headers["Referrer-Policy"] = "no-referrer"
            return answer

        return guard

    def _is(self, given: str | None) -> bool:
        """Whether this is the token."""
        return given is not None and hmac.compare_digest(given.encode(), self._token.encode())

    def _base(self, request: web.Request) -> str:
        """Where the browser sees this server."""
        return self._public_url or f"{request.scheme}://{request.host}"

    def _netloc(self, request: web.Request) -> str:
        return urlsplit(self._base(request)).netloc

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page; its addresses are those by which the browser came."""
        self.public_url = self._base(request)
        response = await super().handle_index(request)
        assert isinstance(response, web.Response)
        page = _ELSEWHERE.sub("", response.text or "")
        response.text = page.replace("</body>", _FOCUS)
        return response

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is shown: who started it has said where it is."""

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        logging.getLogger("aiohttp.access").setLevel(logging.ERROR)
        with self._listener:
            web.run_app(self._make_app(), sock=self._listener, print=None, access_log=None)
