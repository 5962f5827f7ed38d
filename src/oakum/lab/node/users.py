"""As which user a container runs: its image's user, its security context, names looked up in the image's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oakum.lab.node.errors import ConfigFailed
from oakum.lab.node.sandbox.roots import resolve

_NAMES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE "
    "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN "
    "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE "
    "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
)
_DEFAULT_NAMES = (
    "CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE "
    "SETFCAP"
)
_CAPABILITIES = _NAMES.split()
"""In the order of their numbers (capabilities(7))."""

_DEFAULT = frozenset(_DEFAULT_NAMES.split())
"""What container runtimes leave a container that asks for nothing."""


@dataclass(frozen=True, slots=True)
class User:
    """Numeric user, group and further groups, and the home folder (`/` when unknown)."""

    user: int
    group: int
    groups: tuple[int, ...] = ()
    home: str = "/"


def user_of(container: dict[str, Any], pod: dict[str, Any], image_user: str, root: Path) -> User:
    """The user of a container. `pod` is the pod's `securityContext`. Raises ConfigFailed when it may not run so."""
    context = {**pod, **(container.get("securityContext") or {})}
    name, _, group_name = image_user.partition(":")
    number = context.get("runAsUser")
    entry = _entry(root, "passwd", str(number) if number is not None else name or "0")
    user = number if number is not None else _number(name, entry, 2, f"user {name}")
    if context.get("runAsNonRoot") and user == 0:
        raise ConfigFailed("container has runAsNonRoot and image will run as root")
    group = context.get("runAsGroup")
    if group is None:
        group = _number(group_name, _entry(root, "group", group_name), 2, f"group {group_name}") if group_name else None
    if group is None:
        group = int(entry[3]) if entry and number is None else 0
    further = set(pod.get("supplementalGroups") or ())
    if pod.get("fsGroup") is not None:
        further.add(pod["fsGroup"])
    return User(user, group, tuple(sorted(further)), entry[5] if entry and len(entry) > 5 else "/")


def capabilities_of(container: dict[str, Any]) -> int:
    """The capabilities that a container may have, as a bit set."""
    context = container.get("securityContext") or {}
    if context.get("privileged"):
        return (1 << len(_CAPABILITIES)) - 1
    stated = context.get("capabilities") or {}
    added, dropped = (_plain(stated.get(key) or ()) for key in ("add", "drop"))
    kept = (set() if "ALL" in dropped else _DEFAULT - dropped) | added
    if "ALL" in added:
        kept = set(_CAPABILITIES) - dropped
    return sum(1 << number for number, name in enumerate(_CAPABILITIES) if name in kept)


def names_of(capabilities: int) -> list[str]:
    """The names, without `CAP_`, of a bit set of capabilities."""
    return [name for number, name in enumerate(_CAPABILITIES) if capabilities >> number & 1]


def _plain(stated: Any) -> set[str]:
    return {name.upper().removeprefix("CAP_") for name in stated}


def _number(name: str, entry: list[str] | None, column: int, what: str) -> int:
    if name.isdecimal():
        return int(name)
    if not name:
        return 0
    if entry is None:
        raise ConfigFailed(f"unable to find {what}: no matching entries in the image's files")
    return int(entry[column])


def _entry(root: Path, file: str, wanted: str) -> list[str] | None:
    """The line of /etc/passwd or /etc/group for a name or number."""
    try:
        text = Path(resolve(str(root), f"/etc/{file}")).read_text(errors="replace")
    except OSError:
        return None
    column = 2 if wanted.isdecimal() else 0
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) > 3 and fields[column] == wanted and fields[2].isdecimal():
            return fields
    return None
