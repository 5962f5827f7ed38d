"""`oakum lab up`, `down`, `status`, `logs` and `reset`."""

import os
import shlex
import sys
import time
from pathlib import Path

from oakum.cli.command import Invocation
from oakum.errors import LabError, UsageError
from oakum.lab.background import Settings, serve, start, stop
from oakum.lab.extra import demand_extra
from oakum.lab.folder import Folder, State, default_folder

RUNTIMES = ("auto", "namespaces", "privileged", "chroot", "docker", "simulated")


def folder_of(call: Invocation) -> Folder:
    """The data folder that the flags mean. Raises LabError where the lab's extra is not installed."""
    demand_extra()
    data = call.flags["data"]
    return Folder(Path(data) if data else default_folder(dict(os.environ)))


def up(call: Invocation) -> None:
    """Start a lab, in the background or until interrupted, and print the shell commands that lead to it."""
    folder = folder_of(call)
    flags = call.flags
    if flags["runtime"] not in RUNTIMES:
        raise UsageError(f"--runtime is one of {', '.join(RUNTIMES)}, not '{flags['runtime']}'")
    if flags["runtime"] in ("privileged", "chroot") and os.geteuid() != 0:
        raise UsageError(f"--runtime {flags['runtime']} is for root only; ordinary users have namespaces or simulated")
    for name in ("port", "registry-port"):
        if not 0 <= flags[name] < 1 << 16:
            raise UsageError(f"--{name} is a number from 0 to 65535, not {flags[name]}")
    if flags["registry-login"] not in ("basic", "token"):
        raise UsageError(f"--registry-login is basic or token, not '{flags['registry-login']}'")
    settings = Settings(
        str(folder.path),
        flags["port"],
        flags["registry-port"],
        flags["runtime"],
        _address(flags["listen"]),
        flags["registry-tls"],
        flags["registry-login"],
    )
    if flags["detach"]:
        running = folder.running()
        if running is not None:
            _check_same(call, folder, running)
        _show(folder, running or start(settings))
        return
    serve(settings, lambda state: _show(folder, state))


def _address(stated: str) -> str:
    """An address that clients can be told: neither a name nor all addresses at once. Raises UsageError."""
    import ipaddress

    try:
        found = ipaddress.IPv4Address(stated)
    except ValueError:
        found = ipaddress.IPv4Address(0)
    if found.is_unspecified:
        raise UsageError(f"--listen takes one IPv4 address of this machine, not '{stated}'")
    return stated


def _check_same(call: Invocation, folder: Folder, state: State) -> None:
    """Refuse ports other than those of the lab that runs already. Raises LabError."""
    for name, address in (("port", state.api), ("registry-port", state.registry)):
        wanted, there = call.flags[name], int(address.rpartition(":")[2])
        if wanted not in (0, there):
            raise LabError(
                f"--{name} {wanted}: a lab is running already in {folder.path} on port {there}: stop it with "
                "'oakum lab down' first, or choose another folder with --data"
            )


def down(call: Invocation) -> None:
    """Stop the lab."""
    folder = folder_of(call)
    if not stop(folder):
        sys.stderr.write(f"no lab is running in {folder.path}\n")


def status(call: Invocation) -> int:
    """Print where the lab answers; status 1 when none runs."""
    folder = folder_of(call)
    state = folder.running()
    if state is None:
        sys.stdout.write(f"no lab is running in {folder.path}\n")
        return 1
    sys.stdout.write(
        f"process    {state.pid}\n"
        f"api        https://{state.api}\n"
        f"registry   {state.registry}\n"
        f"kubeconfig {folder.kubeconfig}\n"
        f"login      {folder.docker / 'config.json'}\n"
        f"data       {folder.path}\n"
    )
    return 0


def logs(call: Invocation) -> None:
    """Print the lab's own log."""
    path = folder_of(call).log
    if not path.exists():
        raise UsageError(f"no lab has logged anything in {path.parent}")
    with path.open(errors="replace") as file:
        while True:
            text = file.read(1 << 16)
            sys.stdout.write(text)
            if not text and not call.flags["follow"]:
                return
            if not text:
                sys.stdout.flush()
                time.sleep(0.2)


def reset(call: Invocation) -> None:
    """Stop the lab and delete its data."""
    folder = folder_of(call)
    stop(folder)
    if folder.is_lab():
        folder.remove()
    else:
        sys.stderr.write(f"there is no lab in {folder.path}\n")


def _show(folder: Folder, state: State) -> None:
    sys.stdout.write(
        f"export KUBECONFIG={shlex.quote(str(folder.kubeconfig))}\n"
        f"# registry {state.registry}; its login is in {folder.docker / 'config.json'}:\n"
        f"# export DOCKER_CONFIG={shlex.quote(str(folder.docker))}\n"
    )
    sys.stdout.flush()
