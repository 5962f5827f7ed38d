"""How the keeper comes into its namespaces.

The process that the lab starts clones the keeper into new user, network, process-id, mount, IPC and UTS namespaces,
writes its user map from outside, and waits for it. It dies with the lab, the keeper with it, and all containers with
the keeper.
"""

import json
import os
import socket
import sys
from typing import NoReturn

from oakum.lab.node.sandbox import system
from oakum.lab.node.sandbox.keeper import Keeper
from oakum.lab.node.sandbox.pods import Networks

_NAMESPACES = (
    system.CLONE_NEWNET
    | system.CLONE_NEWPID
    | system.CLONE_NEWNS
    | system.CLONE_NEWIPC
    | system.CLONE_NEWUTS
)


def main(mode: str, control: int, folder: str, first_id: int, services: str, length: int) -> NoReturn:
    """Be the keeper of the lab whose data is in `folder`.

    `mode` is `namespaces`, `privileged` (the same without user namespaces, for root) or `chroot`. User ids 0 to 65535
    of containers are those from `first_id` on outside, or with 0 only one is available: the lab's own.
    """
    system.die_with_parent()
    channel = socket.socket(fileno=control)
    channel.set_inheritable(False)
    os.chdir(folder)
    try:
        if mode == "chroot":
            system.adopt_orphans()
            networks = None
        else:
            _enter_namespaces(folder, first_id, mode == "namespaces")
            networks = Networks(services, length)
    except OSError as error:
        channel.send(json.dumps({"refused": str(error)}).encode())
        sys.exit(1)
    joined = networks is not None and networks.joined
    channel.send(json.dumps({"ready": {"joined": joined}}).encode())
    Keeper(channel, networks, single_user=mode == "namespaces" and not first_id).run()
    sys.exit(0)


def _enter_namespaces(folder: str, first_id: int, own_users: bool) -> None:
    """Return in the keeper, which is process 1 of its namespace; the process that called waits for it and ends."""
    mapped, wait = os.pipe()
    user, group = os.geteuid(), os.getegid()
    pid = system.clone(_NAMESPACES | (system.CLONE_NEWUSER if own_users else 0))
    if pid:
        os.close(mapped)
        try:
            if own_users:
                _write_maps(pid, first_id, user, group)
            os.write(wait, b"1")
        finally:
            os.close(wait)
            os.waitpid(pid, 0)
        os._exit(0)
    os.close(wait)
    if not os.read(mapped, 1):
        raise PermissionError(1, "the user map of a new namespace was refused")
    # The folder as seen in the new mount namespace, while still the user whose folders lead there.
    system.mount(None, "/", None, system.MS_SLAVE | system.MS_REC)
    os.chdir(folder)
    if first_id:
        os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    system.die_with_parent()


def _write_maps(pid: int, first_id: int, user: int, group: int) -> None:
    ids = ((f"0 {first_id} 65536",) * 2) if first_id else (f"0 {user} 1", f"0 {group} 1")
    if not first_id:
        _write(pid, "setgroups", "deny")
    for name, text in zip(("uid_map", "gid_map"), ids, strict=True):
        _write(pid, name, text)


def _write(pid: int, name: str, text: str) -> None:
    with open(f"/proc/{pid}/{name}", "w") as file:
        file.write(text)
