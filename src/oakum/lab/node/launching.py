"""From a container's specification to a process: command, environment, user, mounts."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oakum.lab.node.cgroups import Limits
from oakum.lab.node.environment import Surroundings, environment, expand
from oakum.lab.node.errors import ConfigFailed
from oakum.lab.node.images import Image
from oakum.lab.node.runtime import Launch
from oakum.lab.node.sandbox.roots import Mount
from oakum.lab.node.users import capabilities_of, user_of

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TERMINATION_LOG = "/dev/termination-log"


@dataclass(frozen=True, slots=True)
class Place:
    """What a pod offers to its containers: its name, host name, volumes' folders, common files, Services' variables."""

    pod: str
    hostname: str
    folder: Path
    volumes: dict[str, Path]
    files: dict[str, Path]
    services: dict[str, str]
    surroundings: Surroundings


def launch_of(container: dict[str, Any], image: Image, place: Place, name: str, run: int) -> Launch:
    """The process of a container's run number `run`. Raises ConfigFailed."""
    pod = place.surroundings.pod
    user = user_of(container, pod["spec"].get("securityContext") or {}, image.settings.get("User") or "", image.root)
    variables = environment(container, image.settings.get("Env") or [], place.services, place.surroundings)
    context = container.get("securityContext") or {}
    folder: Path = place.folder / "containers" / container["name"] / f"{run}-{name[:8]}"
    return Launch(
        name=name,
        pod=place.pod,
        arguments=_arguments(container, image, variables),
        environment={"PATH": _PATH, "HOSTNAME": place.hostname, "HOME": user.home, **variables},
        directory=container.get("workingDir") or image.settings.get("WorkingDir") or "/",
        user=user.user,
        group=user.group,
        groups=user.groups,
        hostname=place.hostname,
        capabilities=capabilities_of(container),
        gain_privileges=context.get("allowPrivilegeEscalation", True),
        terminal=bool(container.get("tty")),
        folder=folder,
        image=image,
        readonly=bool(context.get("readOnlyRootFilesystem")),
        mounts=(*_common(container, place), *_mounts(container, place, variables)),
        limits=Limits.of(container),
        annotations=pod["metadata"].get("annotations") or {},
    )


def termination_log(container: dict[str, Any], place: Place) -> Path:
    """The file outside that a container writes its last words into."""
    path: Path = place.folder / "containers" / container["name"] / "termination-log"
    return path


def _arguments(container: dict[str, Any], image: Image, variables: dict[str, str]) -> tuple[str, ...]:
    """Kubernetes' command replaces the image's entry point and its command; args replace the image's command."""
    entry, command = image.settings.get("Entrypoint") or [], image.settings.get("Cmd") or []
    if container.get("command"):
        entry, command = container["command"], container.get("args") or []
    elif container.get("args"):
        command = container["args"]
    arguments = tuple(expand(argument, variables) for argument in [*entry, *command])
    if not arguments:
        raise ConfigFailed("no command specified")
    return arguments


def _common(container: dict[str, Any], place: Place) -> list[Mount]:
    taken = {mount["mountPath"].rstrip("/") for mount in container.get("volumeMounts") or []}
    mounts = [Mount(str(path), target) for target, path in place.files.items() if target not in taken]
    target = container.get("terminationMessagePath") or TERMINATION_LOG
    return [*mounts, Mount(str(termination_log(container, place)), target)]


def _mounts(container: dict[str, Any], place: Place, variables: dict[str, str]) -> list[Mount]:
    stated = container.get("volumeMounts") or []
    return [_mount(mount, place, variables) for mount in sorted(stated, key=lambda mount: str(mount["mountPath"]))]


def _mount(mount: dict[str, Any], place: Place, variables: dict[str, str]) -> Mount:
    source = place.volumes.get(mount["name"])
    if source is None:
        raise ConfigFailed(f'volume "{mount["name"]}" of a mount is not one of the pod')
    below = mount.get("subPath") or ""
    if mount.get("subPathExpr"):
        below = expand(mount["subPathExpr"], variables)
    if below:
        source = _below(source, below)
    return Mount(str(source), mount["mountPath"], bool(mount.get("readOnly")))


def _below(volume: Path, path: str) -> Path:
    """A place in a volume; made as a folder when missing. What a container wrote there must not lead out."""
    place: Path = (volume / path.lstrip("/")).resolve()
    if not place.is_relative_to(volume.resolve()):
        raise ConfigFailed(f"the subPath {path} leads out of its volume")
    if not place.exists():
        _make_alike(place, volume)
    return place


def _make_alike(place: Path, volume: Path) -> None:
    """Make a folder in a volume, with the volume's own rights and owner."""
    if not place.parent.exists():
        _make_alike(place.parent, volume)
    place.mkdir()
    found = volume.stat()
    place.chmod(stat.S_IMODE(found.st_mode))
    if os.geteuid() == 0:
        os.chown(place, found.st_uid, found.st_gid)

