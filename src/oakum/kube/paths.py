"""The files that kubeconfig is read from."""
from __future__ import annotations

import os
from collections.abc import Mapping


def default_paths(env: Mapping[str, str]) -> list[str]:
    """Those of KUBECONFIG, else `~/.kube/config`; they need not exist."""
    given = [path for path in env.get("KUBECONFIG", "").split(os.pathsep) if path]
    return given or [os.path.join(env.get("HOME") or os.path.expanduser("~"), ".kube", "config")]
