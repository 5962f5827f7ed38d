"""The `portforward` subresource of a pod."""

from typing import Any

from starlette.types import Receive, Scope, Send

from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused


async def serve_port_forward(
    pod: Pod | None, obj: dict[str, Any], scope: Scope, receive: Receive, send: Send
) -> None:
    """Forward connections to ports of the pod. Raises StreamRefused."""
    raise StreamRefused(501, "port-forward is not supported by this lab")
