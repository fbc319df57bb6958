"""The portal as the browser tests serve it: static files are kept by browsers, as in life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.staticfiles.handlers import StaticFilesHandler
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest


class _KeptFiles(StaticFilesHandler):
    """Without a time a browser asks for each file of each page again, the sooner the newer the file."""

    def serve(self, request: HttpRequest) -> FileResponse:
        response = super().serve(request)
        response.headers["Cache-Control"] = "max-age=86400, immutable"
        return response


def serve_portal() -> LiveServer:
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = _KeptFiles
    server.start()
    return server
