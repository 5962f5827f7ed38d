"""The streams of pods, as the node serves them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused, answer
from oakum.lab.store import Obj


class NodeStreams:
    """`api.streams.PodStreams` of the pods that run on one node. `find` gives the running pod of an object."""

    def __init__(self, find: Callable[[Obj], Pod | None]) -> None:
        self._find = find

    async def __call__(self, pod: dict[str, Any], subresource: str, scope: Scope, receive: Receive, send: Send) -> None:
        """See `api.streams.PodStreams`."""
        query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
        try:
            if subresource == "log" and scope["type"] != "http":
                raise StreamRefused(400, "logs are sent over plain HTTP")
            if subresource == "log":
                from oakum.lab.node.log_stream import serve_log

                await serve_log(self._find(pod), pod, query, receive, send)
            elif subresource == "portforward":
                from oakum.lab.node.port_forward import serve_port_forward

                await serve_port_forward(self._find(pod), pod, scope, receive, send)
            else:
                from oakum.lab.node.remote_command import serve_command

                await serve_command(self._find(pod), pod, subresource, query, scope, receive, send)
        except StreamRefused as refused:
            await answer(refused, scope, send)
