"""What comes from Debian: engines, registry, etcd, network plugins, clients."""
from __future__ import annotations

import os
import shutil

from testbed.process import run

NEEDED = {
    "etcd": "etcd-server",
    "containerd": "containerd",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "docker-registry": "docker-registry",
    "dockerd": "docker.io",
    "busybox": "busybox-static",
    "skopeo": "skopeo",
    "buildah": "buildah",
    "podman": "podman",
    "htpasswd": "apache2-utils",
    "iptables": "iptables",
    "gcc": "gcc",
    "/usr/lib/x86_64-linux-gnu/libc.a": "libc6-dev",
    "openssl": "openssl",
}
"""A program (or a file) → the package that holds it."""


def install() -> list[str]:
    """Install what is missing; returns the packages installed."""
    missing = sorted({package for program, package in NEEDED.items() if not _there(program)})
    if missing:
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=env)
        # Services that packages would start on their own ports are of no use here.
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env={**env, "RUNLEVEL": "1"})
    return missing


def _there(program: str) -> bool:
    return os.path.exists(program) if program.startswith("/") else shutil.which(program) is not None
