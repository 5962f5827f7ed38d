"""`python -m testbed up|down|status|reference|reference-kbld|reference-kapp`: see README.md."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

from testbed import clients, controlplane, engine, images, node, packages, reference
from testbed.process import Failed, running, stop
from testbed.settings import Settings, settings

PROGRAMS = ("kubelet", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd", "containerd",
            "registry", "registry-open", "dockerd")


def up(place: Settings) -> None:
    """Bring everything up, step by step; what runs already is left alone."""
    place.state.mkdir(parents=True, exist_ok=True)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("Debian packages", packages.install),
        ("Docker engine", lambda: engine.up_engine(place)),
        ("registries", lambda: engine.up_registries(place)),
        (f"Kubernetes {place.kubernetes_version}, built", lambda: controlplane.build(place)),
        ("clients", clients.build),
        ("control plane", lambda: controlplane.up(place)),
        ("containerd", lambda: node.up_containerd(place)),
        ("images", lambda: images.up(place)),
        ("node", lambda: node.up(place)),
    ]
    for name, step in steps:
        began = time.monotonic()
        step()
        print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"export KUBECONFIG={place.kubeconfig}")
    print(f"export DOCKER_CONFIG={place.docker_config}   # login of the registry at {place.registry}")


def down(place: Settings) -> None:
    """End every program and delete the state; the cache of built programs stays."""
    for name in PROGRAMS:
        if name == "containerd":
            node.end_pods(place)
        stop(place.state, name)
    with open("/proc/mounts") as mounts:
        below = [line.split()[1] for line in mounts if line.split()[1].startswith(f"{place.state}/")]
    for mount in sorted(below, reverse=True):
        subprocess.run(["umount", "-l", mount], check=False)
    shutil.rmtree(place.state, ignore_errors=True)


def status(place: Settings) -> None:
    """Say what runs."""
    for name in PROGRAMS:
        print(f"{name}: {'running' if running(place.state, name) else 'not running'}")


def build_reference(tool: str) -> None:
    """Build the references of `tool` that are not installed, and say where they are."""
    for name in reference.names(tool):
        print(reference.build(name))


REFERENCES = {"reference": "ytt", "reference-kbld": "kbld", "reference-kapp": "kapp"}
"""The tool whose references a command builds. These need no root."""


def main(words: list[str]) -> int:
    """Run the command that `words` name; exit status."""
    commands = {"up": up, "down": down, "status": status}
    if len(words) != 1 or words[0] not in {**commands, **REFERENCES}:
        print(f"usage: python -m testbed {'|'.join([*commands, *REFERENCES])}", file=sys.stderr)
        return 2
    command = words[0]
    if os.geteuid() and command not in REFERENCES:
        print("testbed: needs root: it starts a container engine and a kubelet", file=sys.stderr)
        return 1
    try:
        if command in REFERENCES:
            build_reference(REFERENCES[command])
        else:
            commands[command](settings())
    except Failed as error:
        print(f"testbed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
