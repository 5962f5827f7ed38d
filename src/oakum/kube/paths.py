"""What tells which cluster is meant, as whom and in which namespace, before any of it is read."""
from __future__ import annotations

import os
from collections.abc import Mapping

IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount"
VARIABLES = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "POD_NAMESPACE")
"""What a pod finds in its environment."""


def default_paths(env: Mapping[str, str]) -> list[str]:
    """The kubeconfig files of KUBECONFIG, else `~/.kube/config`; they need not exist."""
    given = [path for path in env.get("KUBECONFIG", "").split(os.pathsep) if path]
    return given or [os.path.join(env.get("HOME") or os.path.expanduser("~"), ".kube", "config")]


def asked(path: str | None, env: Mapping[str, str]) -> list[str]:
    """All files that count when `path` is given, or nothing; of a pod its namespace, not its token, which changes."""
    return [path] if path else [*default_paths(env), os.path.join(IN_CLUSTER, "namespace")]
