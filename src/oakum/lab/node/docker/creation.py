"""From a launch to what the engine is asked to create (Docker Engine API, "Create a container", "Create an exec")."""

from typing import Any

from oakum.lab.node.cgroups import PERIOD
from oakum.lab.node.docker.streams import wants_input
from oakum.lab.node.runtime import Launch
from oakum.lab.node.sandbox.roots import Mount
from oakum.lab.node.users import names_of


def container_of(
    launch: Launch, image: str, sandbox: str, labels: dict[str, str], streams: list[int]
) -> dict[str, Any]:
    """A container of `image` that shares the network, host name and IPC of the `sandbox` container."""
    reads = wants_input(streams[0])
    return {
        "Image": image,
        "Entrypoint": list(launch.arguments),
        "Cmd": [],
        "Env": _environment(launch),
        "WorkingDir": launch.directory,
        "User": f"{launch.user}:{launch.group}",
        "Tty": launch.terminal,
        "OpenStdin": reads,
        "StdinOnce": reads,
        "Labels": labels,
        "HostConfig": {
            "NetworkMode": f"container:{sandbox}",
            "IpcMode": f"container:{sandbox}",
            "Mounts": [_mount(mount) for mount in launch.mounts],
            "GroupAdd": [str(group) for group in launch.groups],
            "CapDrop": ["ALL"],
            "CapAdd": names_of(launch.capabilities),
            "ReadonlyRootfs": launch.readonly,
            # Labels of SELinux would keep a container from the lab's files.
            "SecurityOpt": ["label=disable"] + ["no-new-privileges"] * (not launch.gain_privileges),
            "LogConfig": {"Type": "none"},
            **_limits(launch),
        },
    }


def sandbox_of(image: str, program: str, hostname: str, network: str, labels: dict[str, str]) -> dict[str, Any]:
    """The container that holds a pod's network."""
    host = {"NetworkMode": network, "IpcMode": "shareable", "LogConfig": {"Type": "none"}, "CapDrop": ["ALL"]}
    return {"Image": image, "Entrypoint": [program], "Hostname": hostname, "Labels": labels, "HostConfig": host}


def command_of(launch: Launch, streams: list[int]) -> dict[str, Any]:
    """A command inside a running container."""
    return {
        "Cmd": list(launch.arguments),
        "Env": _environment(launch),
        "WorkingDir": launch.directory,
        "User": f"{launch.user}:{launch.group}",
        "Tty": launch.terminal,
        "AttachStdin": wants_input(streams[0]),
        "AttachStdout": True,
        "AttachStderr": True,
    }


def _environment(launch: Launch) -> list[str]:
    return [f"{name}={value}" for name, value in launch.environment.items()]


def _mount(mount: Mount) -> dict[str, Any]:
    return {"Type": "bind", "Source": mount.source, "Target": mount.target, "ReadOnly": mount.readonly}


def _limits(launch: Launch) -> dict[str, int]:
    stated: dict[str, int] = {}
    if launch.limits.memory:
        stated |= {"Memory": launch.limits.memory, "MemorySwap": launch.limits.memory}
    if launch.limits.processors:
        stated |= {"CpuPeriod": PERIOD, "CpuQuota": launch.limits.quota}
    return stated
