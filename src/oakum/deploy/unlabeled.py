"""Wanted objects that are there without our label (kapp spec, section 3.1).

Where many of a kind are wanted in a namespace, one list of names says which exist, and only those are read.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from oakum.deploy.cluster import Cluster
from oakum.deploy.resource import Resource
from oakum.errors import KubeError
from oakum.kube.workers import each

WORTH_A_LIST = 8


def find_unlabeled(cluster: Cluster, wanted: Sequence[Resource], concurrency: int) -> list[Resource]:
    """Those of the wanted objects that exist, as they are. Raises ServerError when that cannot be said."""
    by_place: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
    for r in wanted:
        by_place[r.api_version, r.kind, r.namespace].append(r)
    asked = [r for place, many in by_place.items() for r in _possible(cluster, *place, many)]
    found = each(asked, cluster.find, max(1, concurrency))
    return [r for r in found if r is not None]


def _possible(cluster: Cluster, api_version: str, kind_name: str, namespace: str, wanted: list[Resource],
              ) -> list[Resource]:
    kind = cluster.client.discovery.find(api_version, kind_name, again=False)
    if kind is None or len(wanted) < WORTH_A_LIST or "list" not in kind.verbs:
        return wanted
    try:
        there = cluster.client.names(kind, namespace)
    except KubeError:
        return wanted
    return [r for r in wanted if r.name in there]
