"""A front to a registry that fails to order: statuses, drops, truncation, delays, wrong bytes."""
from __future__ import annotations

import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What to do to the next `times` requests whose line holds `match`."""

    match: str = ""
    times: int = 1
    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    truncate: int | None = None
    delay: float = 0.0
    change: Callable[[bytes], bytes] | None = None
    read_only: int | None = None
    hide: str = ""
    drip: float = 0.0
    """Seconds between the twentieths of the body."""


class Front:
    """The front's address, the requests that it saw and their headers, and the faults that it still has to make."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.address = ""
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()

    def order(self, **fault: object) -> None:
        self.faults.append(Fault(**fault))  # type: ignore[arg-type]  # the fields of Fault

    def next(self, line: str) -> Fault | None:
        with self.lock:
            self.seen.append(line)
            for fault in self.faults:
                if fault.times and fault.match in line:
                    fault.times -= 1
                    return fault
        return None


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: Front

    def log_message(self, *_: object) -> None:
        pass

    drip = 0.0

    def handle_any(self) -> None:
        fault = self.front.next(f"{self.command} {self.path}")
        self.front.headers.append(dict(self.headers))
        self.drip = fault.drip if fault else 0.0
        length = int(self.headers.get("Content-Length") or 0)
        if fault and fault.read_only is not None:
            self.rfile.read(fault.read_only)
            self._drop()
            return
        body = self.rfile.read(length)
        if fault and fault.delay:
            time.sleep(fault.delay)
        if fault and fault.drop:
            self._drop()
        elif fault and fault.status:
            self._answer(fault.status, fault.headers, fault.body[: fault.truncate], len(fault.body))
            if fault.truncate is not None:
                self._drop()
        else:
            self._forward(body, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _forward(self, body: bytes, fault: Fault | None) -> None:
        link = http.client.HTTPConnection(self.front.backend, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        link.request(self.command, self.path, body, headers)
        answer = link.getresponse()
        data = answer.read()
        link.close()
        kept = {
            name: value.replace(self.front.backend, self.front.address)
            for name, value in answer.getheaders()
            if name.lower() not in ("transfer-encoding", "connection", "date")
        }
        if fault and fault.hide:
            kept = {name: value for name, value in kept.items() if name.lower() != fault.hide.lower()}
        if fault and fault.change:
            data = fault.change(data)
            kept["content-length"] = str(len(data))
        if fault and fault.truncate is not None:
            self._answer(answer.status, kept, data[: fault.truncate], len(data))
            self._drop()
            return
        self._answer(answer.status, kept, data)

    def _answer(self, status: int, headers: dict[str, str], data: bytes, length: int | None = None) -> None:
        self.send_response(status)
        lengths = [name for name in headers if name.lower() == "content-length"]
        for name, value in headers.items():
            if length is None or name not in lengths:
                self.send_header(name, value)
        if not lengths or length is not None:
            self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self._body(data)

    def _body(self, data: bytes) -> None:
        step = max(1, len(data) // 20) if self.drip else len(data) or 1
        for at in range(0, len(data), step):
            time.sleep(self.drip)
            self.wfile.write(data[at : at + step])
            self.wfile.flush()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the plan."""


@contextmanager
def front(backend: str) -> Iterator[Front]:
    """A front to the registry at `backend`, on a free port."""
    made = Front(backend)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"front": made}))
    made.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
