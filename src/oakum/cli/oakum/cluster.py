"""Whether a cluster is as it was. What asking takes is imported here, so that a copy of the process has it ready."""
from __future__ import annotations

from collections.abc import Mapping

from oakum import cache
from oakum.deploy.target import in_words
from oakum.http import pool
from oakum.kube import connect, tls
from oakum.kube.client import Client
from oakum.kube.kubeconfig import load
from oakum.kube.seen import unchanged
from oakum.typing import Any
from oakum.yaml import plain

AHEAD = (tls, pool, plain)
"""Modules that are otherwise imported when the first of them is needed."""


def answer(question: Any) -> str | None:
    """As `as_it_was`, for the arguments of `kubeconfig.load`, a rate, and the others; None as well where credentials
    have to be got, for which somebody may be asked."""
    kubeconfig, rate, *others = question
    config = load(**kubeconfig)
    return None if config.identity.obtained else as_it_was(connect(config, rate=rate), *others)


def as_it_was(client: Client, seen: Mapping[str, str], program: str, named: bool) -> str | None:
    """Which cluster it is, in words if it is `named`, where each read shows what it did to this program; else None."""
    if program != cache.version().hex():
        return None
    words = in_words(client) if named else ""
    return words if unchanged(client.transport, seen) else None
