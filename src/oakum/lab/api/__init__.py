"""The lab's Kubernetes API server.

server = app(Store(), tokens={"secret": ADMIN})      # an ASGI application
server.cluster.create(server.cluster.resource("configmaps"), {...}, "default")

What a real server has and this one has not: admission webhooks and policies, aggregated API servers, signers of
certificates, network policies and autoscaling (their objects are stored, and answers to writes of the first three
say so), conversion webhooks, API priority and fairness, audit, the proxy subresources, watches over WebSocket,
protobuf and YAML answers, CEL's durations, timestamps and quantities, and descriptions in OpenAPI.

Where to look: `server` routes, `cluster` holds the verbs, `rules/` what is particular to a kind, `plugins/` admission,
`custom/` custom resources, `fieldsets`, `managers` and `apply` field ownership, `data/` the tables of the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oakum.lab.store import Store

if TYPE_CHECKING:
    from oakum.lab.api.calls import Caller
    from oakum.lab.api.clock import Clock
    from oakum.lab.api.server import Server
    from oakum.lab.api.streams import PodStreams

__all__ = ["app"]


def app(
    store: Store,
    *,
    tokens: Mapping[str, Caller] | None = None,
    streams: PodStreams | None = None,
    key: bytes | None = None,
    now: Clock | None = None,
) -> Server:
    """An API server on a store, as an ASGI application with a `cluster` attribute for use inside the process.

    `tokens` are bearer tokens with their users (`users.ADMIN` may do everything); with None, everybody is the
    administrator. `streams` serves logs, exec, attach and port-forward. `key` signs the tokens of service accounts.
    """
    from oakum.lab.api.bootstrap import bootstrap
    from oakum.lab.api.clock import system
    from oakum.lab.api.cluster import Cluster
    from oakum.lab.api.rbac import NoEscalation, RoleBased
    from oakum.lab.api.server import Server
    from oakum.lab.api.users import Users

    clock = now or system
    authorizer = RoleBased(store)
    cluster = Cluster(store, clock, validating=[NoEscalation(authorizer)])
    bootstrap(cluster)
    cluster.load_definitions()
    return Server(cluster, Users(store, tokens, key, clock), authorizer, streams)
