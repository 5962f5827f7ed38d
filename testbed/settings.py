"""Where the testbed keeps things, and the addresses that it answers on."""
from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """Folders and ports. `cache` outlives the testbed (built programs by version), `state` is deleted by `down`."""

    cache: Path
    state: Path
    node_address: str
    api_port: int = 16443
    etcd_port: int = 12379
    registry: str = "127.0.0.1:5001"
    open_registry: str = "127.0.0.1:5000"
    user: str = "founder"

    @property
    def kubernetes_version(self) -> str:
        """The version that `controlplane/go.mod` asks for."""
        found = re.search(r"k8s\.io/kubernetes v(\S+)", (HERE / "controlplane/go.mod").read_text())
        assert found, "controlplane/go.mod requires k8s.io/kubernetes"
        return found[1]

    @property
    def binary(self) -> Path:
        """The control plane and kubelet, built."""
        return self.cache / self.kubernetes_version / "controlplane"

    @property
    def kubeconfig(self) -> Path:
        """Credentials of the cluster's administrator."""
        return self.state / "kubeconfig"

    @property
    def docker_config(self) -> Path:
        """The folder whose config.json holds the login of `registry`."""
        return self.state / "docker-config"


def cache() -> Path:
    """Where built programs are kept: a folder that this user may write."""
    if folder := os.environ.get("OAKUM_TESTBED_CACHE"):
        return Path(folder)
    if os.geteuid() == 0:
        return Path("/var/cache/oakum-testbed")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "oakum-testbed")


def settings() -> Settings:
    """The settings of this machine; OAKUM_TESTBED_CACHE and OAKUM_TESTBED_STATE move the folders."""
    return Settings(
        cache=cache(),
        state=Path(os.environ.get("OAKUM_TESTBED_STATE", "/var/lib/oakum-testbed")),
        node_address=_own_address(),
    )


def _own_address() -> str:
    """An address of this machine other than loopback, which the kubelet refuses. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))
        return str(probe.getsockname()[0])
