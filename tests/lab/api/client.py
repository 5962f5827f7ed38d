"""Requests to the API server's ASGI application, without a socket."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

from oakum.lab.api.server import Server


@dataclass
class Response:
    """What came back."""

    code: int
    headers: dict[str, str]
    content: bytes
    warnings: list[str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def lines(self) -> list[Any]:
        return [orjson.loads(line) for line in self.content.splitlines()]


class Client:
    """A client with a token (or none)."""

    def __init__(self, server: Server, token: str = "") -> None:
        self.server = server
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        content = body if isinstance(body, bytes) else (b"" if body is None else orjson.dumps(body))
        return asyncio.run(self._send(method, path, content, {**self.headers, **headers}))

    def get(self, path: str, **headers: str) -> Response:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Response:
        return self("POST", path, body, **headers)

    def put(self, path: str, body: Any) -> Response:
        return self("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Response:
        return self("DELETE", path, body)

    def patch(self, path: str, body: Any, form: str = "merge-patch+json") -> Response:
        return self("PATCH", path, body, **{"content-type": f"application/{form}"})

    async def _send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Response:
        plain, _, query = path.partition("?")
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": plain, "query_string": query.encode(), "headers": pairs}
        sent: list[Any] = []
        inbox = asyncio.Queue[Any]()
        inbox.put_nowait({"type": "http.request", "body": content, "more_body": False})

        async def send(message: Any) -> None:
            sent.append(message)

        await self.server(scope, inbox.get, send)
        start = sent[0]
        found = [(name.decode(), value.decode()) for name, value in start["headers"]]
        warnings = [value for name, value in found if name == "warning"]
        return Response(start["status"], dict(found), b"".join(each.get("body", b"") for each in sent[1:]), warnings)


MAPS = "/api/v1/namespaces/default/configmaps"


def config_map(name: str = "a", **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
