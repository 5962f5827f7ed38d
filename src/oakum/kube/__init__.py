"""A Kubernetes client: kubeconfig, credentials, transport, discovery, objects, watches.

`connect` gives the usual stack; its parts can be put together otherwise.
"""
from __future__ import annotations

from collections.abc import Callable

from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.kube.client import Client
    from oakum.kube.kubeconfig import ClusterConfig

__all__ = ["connect"]


def connect(config: ClusterConfig, *, user_agent: str = "kapp/oakum", connections: int = 32,
            warn: Callable[[str], None] | None = None, rate: tuple[float, int] | None = None) -> Client:
    """A client for the server of `config`. `warn` gets each distinct API warning of a write, once.

    `rate` bounds the requests: how many a second in the long run, and how many at once.
    """
    from oakum.kube.client import Client
    from oakum.kube.transport import Transport

    return Client(Transport(config, user_agent=user_agent, connections=connections, warn=warn,
                            rate=rate))
