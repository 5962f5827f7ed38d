"""Whether a cluster is as it was. What asking takes is imported here, so that a copy of the process has it ready."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.deploy.target import in_words
from oakum.http import pool
from oakum.kube import connect, tls
from oakum.kube.client import Client
from oakum.kube.kubeconfig import ClusterConfig, Identity
from oakum.kube.seen import unchanged
from oakum.typing import Any

AHEAD = (tls, pool)
"""Modules that are otherwise imported when the first request is sent."""


def answer(question: Any) -> str | None:
    """As `as_it_was`. The question: a ClusterConfig without an exec plugin and its identity as dicts, rate, reads, and
    whether the cluster is named."""
    config, rate, seen, named = question
    known = ClusterConfig(**config | {"identity": Identity(**config["identity"])})
    return as_it_was(connect(known, rate=rate), seen, named)


def as_it_was(client: Client, seen: Mapping[str, str], named: bool) -> str | None:
    """Which cluster it is, in words if it is `named`, where each read shows what it did; else None."""
    words = in_words(client) if named else ""
    return words if unchanged(client.transport, seen) else None
