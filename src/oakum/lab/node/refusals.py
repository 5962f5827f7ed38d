"""Refusing a stream: a `Status` of the Kubernetes API as HTTP answer, also to a WebSocket handshake."""

from typing import Any

import orjson
from starlette.types import Scope, Send

_REASONS = {400: "BadRequest", 404: "NotFound", 500: "InternalError", 501: "NotImplemented"}


class StreamRefused(Exception):
    """A request for a stream that cannot be served: HTTP status and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def status(self) -> dict[str, Any]:
        """The `Status` object."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": _REASONS[self.code],
            "code": self.code,
        }


async def answer(refused: StreamRefused, scope: Scope, send: Send) -> None:
    """Send the refusal in the protocol of the request."""
    body = orjson.dumps(refused.status())
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if scope["type"] == "http":
        prefix = "http"
    elif "websocket.http.response" in scope.get("extensions", {}):
        prefix = "websocket.http"
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": refused.message[:120]})
        return
    await send({"type": f"{prefix}.response.start", "status": refused.code, "headers": headers})
    await send({"type": f"{prefix}.response.body", "body": body})
