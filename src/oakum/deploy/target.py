"""Which cluster a command is about, in words."""
from __future__ import annotations

from oakum.errors import KubeError
from oakum.kube.client import NODES, Client
from oakum.parts import text


def in_words(client: Client) -> str:
    """Its address, its oldest node and how many more there are, where they may be seen."""
    address = f"Target cluster '{client.transport.config.server}'"
    try:
        nodes = client.list(NODES).items
    except KubeError:
        return address
    if not nodes:
        return address
    nodes.sort(key=lambda n: text(n["metadata"].get("creationTimestamp")))
    more = f", {len(nodes) - 1}+" if len(nodes) > 1 else ""
    return f"{address} (nodes: {nodes[0]['metadata']['name']}{more})"
