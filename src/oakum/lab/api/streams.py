"""How the API server hands a pod's streams to whoever serves them."""

from typing import Any, Protocol

from starlette.types import Receive, Scope, Send


class PodStreams(Protocol):
    """Serves the `log`, `exec`, `attach` and `portforward` subresources of pods.

    The API server has authenticated and authorised the request and found the pod (404 is its answer, not ours).
    """

    async def __call__(self, pod: dict[str, Any], subresource: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request (`http` for `log`, `websocket` for the others) about `pod`, as stored.

        The whole answer is made here, including errors, as `Status` objects of the Kubernetes API.
        """
