"""A node that runs pods: containerd with a bridge network, and the kubelet."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from testbed.process import await_ready, end_with_children, given, start
from testbed.settings import Settings

NAME = "testbed"
PODS = "10.88.0.0/16"


def up(settings: Settings) -> None:
    """Start containerd and the kubelet and wait until the node is Ready."""
    up_containerd(settings)
    _up_kubelet(settings)
    await_ready(settings.state, "kubelet", lambda: _ready(settings))


def socket_of(settings: Settings) -> str:
    """containerd's address."""
    return f"{settings.state}/containerd.sock"


def up_containerd(settings: Settings) -> None:
    """Start containerd with a root, state and socket of its own."""
    state = settings.state
    network = state / "cni"
    network.mkdir(exist_ok=True)
    (network / "10-bridge.conflist").write_text(json.dumps({
        "cniVersion": "0.4.0",
        "name": "testbed",
        "plugins": [
            {"type": "bridge", "bridge": "testbed0", "isGateway": True, "ipMasq": False,
             "ipam": {"type": "host-local", "ranges": [[{"subnet": PODS}]], "dataDir": f"{state}/cni-addresses",
                      "routes": [{"dst": "0.0.0.0/0"}]}},
            {"type": "loopback"},
        ],
    }))
    _registry_hosts(settings)
    (state / "containerd.toml").write_text(f"""
version = 2
root = "{state}/containerd"
state = "{state}/containerd-run"
[grpc]
address = "{socket_of(settings)}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{network}"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{state}/registry-hosts"
""")
    start(state, "containerd", ["containerd", "--config", state / "containerd.toml"])
    await_ready(state, "containerd", lambda: _containerd_answers(settings))


def end_pods(settings: Settings) -> None:
    """End what runs in pods, and the shims that hold them, which outlive containerd."""
    for pid in given(socket_of(settings)):
        if Path(f"/proc/{pid}/comm").read_text().startswith("containerd-shim"):
            end_with_children(pid)


def _registry_hosts(settings: Settings) -> None:
    """Both registries speak plain http."""
    for address in (settings.registry, settings.open_registry):
        folder = settings.state / "registry-hosts" / address
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hosts.toml").write_text(f'server = "http://{address}"\n[host."http://{address}"]\n')


def _up_kubelet(settings: Settings) -> None:
    state = settings.state
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": False,
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{socket_of(settings)}",
        "address": settings.node_address,
        # Loopback only machines: whoever reaches this address is root here already.
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "evictionHard": {"memory.available": "10Mi", "nodefs.available": "0%", "imagefs.available": "0%"},
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "registerNode": True,
        "resolvConf": "",
        "nodeStatusUpdateFrequency": "5s",
        "serializeImagePulls": False,
        "volumePluginDir": f"{state}/volume-plugins",
        "healthzPort": 0,
        "readOnlyPort": 0,
    }
    (state / "kubelet.json").write_text(json.dumps(config, indent=2))
    start(state, "kubelet", [
        settings.binary, "kubelet", f"--config={state}/kubelet.json", f"--kubeconfig={settings.kubeconfig}",
        f"--root-dir={state}/kubelet", f"--cert-dir={state}/kubelet-pki", f"--hostname-override={NAME}",
        f"--node-ip={settings.node_address}",
    ])


def _containerd_answers(settings: Settings) -> bool:
    return subprocess.run(["ctr", "-a", socket_of(settings), "version"], capture_output=True).returncode == 0


def _ready(settings: Settings) -> bool:
    query = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
    done = subprocess.run(
        [kubectl(), "--kubeconfig", str(settings.kubeconfig), "get", "node", NAME, "-o", query],
        capture_output=True, text=True,
    )
    return done.stdout == "True"


def kubectl() -> str:
    """The kubectl beside this Python, else the one on the PATH."""
    beside = Path(sys.executable).parent / "kubectl"
    return str(beside) if beside.exists() else shutil.which("kubectl") or "kubectl"
