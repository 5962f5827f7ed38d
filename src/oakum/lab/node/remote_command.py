"""The `exec` and `attach` subresource of a pod."""

from typing import Any

from starlette.types import Receive, Scope, Send

from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused


async def serve_command(
    pod: Pod | None,
    obj: dict[str, Any],
    subresource: str,
    query: dict[str, list[str]],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Connect to a process in the pod. Raises StreamRefused."""
    raise StreamRefused(501, "exec and attach are not supported by this lab")
