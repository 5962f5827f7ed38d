"""An HTTP server that answers what a test tells it to, and remembers what it was asked."""
from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """One answer; `body` is JSON or bytes; `cut` ends the connection without it."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class Answering(BaseHTTPRequestHandler):
    """Answers every method by `answer`, without a word in the log."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Answer one request."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer it."""
        self.answer()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def send(self, reply: Reply) -> None:
        """Answer this."""
        if reply.cut:
            self.close_connection = True
            return
        data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Have `handler` answer on a free port; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Script = Callable[[str, str, dict[str, str]], Reply]


@contextmanager
def serving(script: Script | list[Reply], tls: ssl.SSLContext | None = None,
            ) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    """Serve on a free port; gives the address and the list of (method, path, headers) asked so far.

    A list of replies is used up in order, its last one again and again.
    """
    asked: list[tuple[str, str, dict[str, str]]] = []

    class Handler(Answering):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = dict(self.headers)
            asked.append((self.command, self.path, headers))
            reply = (script(self.command, self.path, headers) if callable(script)
                     else script[min(len(asked), len(script)) - 1])
            self.send(reply)

    with served(Handler, tls) as address:
        yield address, asked


def status(code: int, reason: str, message: str, **details: Any) -> Reply:
    """A failure as an API server sends it."""
    return Reply(code, {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message,
                        "details": details})
