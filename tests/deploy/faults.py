"""A proxy in front of an API server that goes wrong where a test says."""
from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.kube.scripted import Answering, Reply, served

from oakum.http.errors import FAILURES
from oakum.http.response import Response
from oakum.kube.auth import Authenticator
from oakum.kube.kubeconfig import ClusterConfig
from oakum.kube.server import made

Fault = Callable[[str, str], Reply | None]
"""What to answer in place of the server to (method, path); None passes the request on. `cut` drops the connection
after the server has done its work, with status 0 before the server hears of it."""


@contextmanager
def faulty(config: ClusterConfig, fault: Fault, before_event: Callable[[], object] = lambda: None,
           tls: ssl.SSLContext | None = None) -> Iterator[ClusterConfig]:
    """Serve on a free port what `config`'s server answers, but for the faults; gives the way to there.

    `before_event` is called, and may take its time, before anything that a watch tells is passed on. With `tls` each
    request needs a connection of its own, and so a certificate that is good then.
    """
    auth = Authenticator(config)
    upstream = made(config, auth.certificate(), 16, bounded=False)

    class Handler(Answering):
        protocol_version = "HTTP/1.1" if tls is None else "HTTP/1.0"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            wrong = fault(self.command, self.path)
            if wrong is not None and wrong.cut and not wrong.status:
                self.close_connection = True
                return
            if wrong is not None and not wrong.cut:
                self.reply(wrong.status, {"Content-Type": "application/json", **wrong.headers},
                           wrong.body if isinstance(wrong.body, bytes) else b"{}")
                return
            headers = {k: v for k, v in self.headers.items() if k in ("Accept", "Content-Type", "User-Agent")}
            found = upstream.request(self.command, self.path, [*headers.items(), *auth.headers()], body, timeout=30)
            if "watch=1" in self.path:
                self.relay(found)
                return
            data = found.read()
            if wrong is not None:
                self.close_connection = True
                return
            self.reply(found.status, dict(found.headers.items()), data)

        def relay(self, stream: Response) -> None:
            """Pass on what comes as it comes, until either side has enough."""
            self.close_connection = True
            self.send_response(stream.status)
            self.send_header("Connection", "close")
            self.end_headers()
            with suppress(*FAILURES):
                while chunk := stream.read1():
                    before_event()
                    self.wfile.write(chunk)
            stream.close()

        def reply(self, code: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(code)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "content-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    try:
        with served(Handler, tls) as address:
            yield ClusterConfig(address, namespace=config.namespace)
    finally:
        upstream.close()
