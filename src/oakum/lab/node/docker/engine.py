"""A Docker engine by its API (Docker Engine API, 1.41 and later), over the Unix socket that it answers at."""

import json
import os
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from oakum.errors import LabError
from oakum.http.connection import Connection, Place, Readable
from oakum.http.errors import FAILURES
from oakum.http.pool import Pool
from oakum.http.response import Response

DEFAULT = "unix:///var/run/docker.sock"
_CONNECTIONS = 8


class EngineError(LabError):
    """The engine could not be reached (`status` 0), or answered with an error: HTTP's `status` and its message."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def socket_path(environment: Mapping[str, str] = os.environ) -> str:
    """The socket of the engine on this machine. Raises EngineError where DOCKER_HOST means another."""
    host = environment.get("DOCKER_HOST") or DEFAULT
    scheme, _, path = host.partition("://")
    if scheme != "unix":
        raise EngineError(f"pods run in an engine on this machine only: unset DOCKER_HOST ({host}) for the lab")
    return path


class Engine:
    """The engine at a socket. Methods block: call them from worker threads."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._place = Place("docker", 80, path=path)
        self._pool = Pool(self._place, _CONNECTIONS)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._pool.close()

    def call(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """What the engine answers, from JSON; None for an empty answer. Raises EngineError."""
        text = b"" if body is None else json.dumps(body).encode()
        answer = self.open(method, path, text, "application/json", **query)
        content = self._read(answer)
        try:
            return json.loads(content) if content.strip() else None
        except ValueError as error:
            raise EngineError(f"what answers at {self.path} is no Docker engine: {error}") from error

    def load(self, archive: Readable) -> None:
        """Give the engine images from a tar archive as `docker save` writes it. Raises EngineError."""
        answer = self._read(self.open("POST", "/images/load", archive, "application/x-tar", quiet=1))
        for line in answer.splitlines():
            if "error" in (told := json.loads(line)):
                raise EngineError(f"the engine at {self.path} cannot load the image: {told['error']}")

    def open(self, method: str, path: str, body: bytes | Readable, kind: str, **query: Any) -> Response:
        """The engine's answer, its body unread. Raises EngineError."""
        target = _target(path, query)
        try:
            answer = self._pool.request(method, target, [("Content-Type", kind)], body)
        except FAILURES as error:
            raise self._unreachable(error) from error
        if answer.status >= 400:
            raise EngineError(_message(self._read(answer)), answer.status)
        return answer

    def hijack(self, path: str, body: object = None, **query: Any) -> tuple[socket.socket, bytes]:
        """A connection that carries a process's streams after a request, and its first bytes. Raises EngineError."""
        connection = Connection(self._place)
        headers = [("Content-Type", "application/json")]
        try:
            connection.connect()
            connection.sock.settimeout(None)
            head, rest = connection.exchange("POST", _target(path, query), headers, json.dumps(body or {}).encode())
            if head.status < 400:
                return connection.release()
            message = b""
            while piece := rest.some(1 << 16):
                message += piece
        except FAILURES as error:
            connection.close()
            raise self._unreachable(error) from error
        connection.close()
        raise EngineError(_message(message), head.status)

    def _read(self, answer: Response) -> bytes:
        try:
            return answer.read()
        except FAILURES as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> EngineError:
        reason = getattr(error, "strerror", None) or str(error)
        return EngineError(f"no Docker engine answers at {self.path}: {reason}")


def _target(path: str, query: Mapping[str, Any]) -> str:
    words = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in query.items()}
    return quote(path) + (f"?{urlencode(words)}" if words else "")


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
