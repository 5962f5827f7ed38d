"""What a new process does between clone and exec: streams, namespaces, root, user, capabilities."""

import fcntl
import json
import os
import signal
import termios
from dataclasses import dataclass
from typing import Any, NoReturn

from oakum.lab.node.sandbox import system
from oakum.lab.node.sandbox.roots import Root, resolve

NAMESPACES = system.CLONE_NEWPID | system.CLONE_NEWNS | system.CLONE_NEWUTS | system.CLONE_NEWIPC


@dataclass(frozen=True, slots=True)
class Process:
    """A process to start: its program, surroundings and rights. `root` is None for one that joins a container.

    `capabilities` is a bit set of those that it may have. `terminal` makes standard input its controlling terminal.
    """

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    user: int
    group: int
    groups: tuple[int, ...]
    hostname: str
    capabilities: int
    gain_privileges: bool
    terminal: bool
    root: Root | None

    @classmethod
    def load(cls, descriptor: int) -> "Process":
        """Read its JSON form from the beginning of a file."""
        text = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        data: dict[str, Any] = json.loads(text)
        root = data.get("root")
        data["root"] = Root.load(root) if root else None
        return cls(**{**data, "arguments": tuple(data["arguments"]), "groups": tuple(data["groups"])})


def take_streams(streams: list[int], terminal: bool) -> None:
    """Make `streams` (input, output, errors; the last stands for what is missing) this process's standard streams."""
    os.setsid()
    kept = [os.dup(stream) for stream in (streams + streams[-1:] * 3)[:3]]
    for number, stream in enumerate(kept):
        os.dup2(stream, number)
    if terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def reset_signals() -> None:
    """Give signals their default meaning again: an ignored one would stay ignored over exec."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def map_single_user(user: int, group: int) -> None:
    """In a new user namespace: be `user` and `group`, which stand for the one user that the lab has outside."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} 0 1"), ("gid_map", f"{group} 0 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def become(process: Process, single_user: bool) -> NoReturn:
    """Drop every right that the process is not to have and execute its program. Raises OSError."""
    os.chdir("/")
    _make_folder(process)
    system.limit_bounding_set(process.capabilities)
    if not single_user:
        os.setgroups(process.groups)
        os.setresgid(process.group, process.group, process.group)
        os.setresuid(process.user, process.user, process.user)
    if process.user == 0:
        system.set_capabilities(process.capabilities)
    else:
        system.set_capabilities(0)
    if not process.gain_privileges:
        system.no_new_privileges()
    # Changing the user has cancelled it.
    system.die_with_parent()
    os.chdir(process.folder)
    os.execve(find_program(process), process.arguments, process.environment)


def enter_root(process: Process) -> None:
    """Mount the container's file system and make it the root, in new mount and host name namespaces."""
    if process.root is None:
        return
    system.mount(None, "/", None, system.MS_SLAVE | system.MS_REC)
    os.umask(0o022)
    process.root.enter()
    system.set_hostname(process.hostname)


def join(container: int, nested: bool, report: int) -> None:
    """Go on inside the namespaces of a container's first process (a pidfd); returns in a child of this process.

    This process stays outside, waits for that child and ends as it ended; when it is killed the child is too.
    """
    system.setns(container, NAMESPACES | system.CLONE_NEWNET | (system.CLONE_NEWUSER if nested else 0))
    pid = os.fork()
    if pid == 0:
        system.die_with_parent()
        return
    os.close(report)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def change_root(process: Process) -> None:
    """chroot(2), for a machine that offers no namespaces."""
    if process.root is not None:
        os.chroot(process.root.path)


def find_program(process: Process) -> str:
    """The program's path, searched on the process's own PATH when it has no slash. Raises FileNotFoundError."""
    name = process.arguments[0]
    if "/" in name:
        if not os.path.exists(name):
            raise FileNotFoundError(2, f'exec: "{name}": stat {name}: no such file or directory')
        if not os.access(name, os.X_OK) or os.path.isdir(name):
            raise PermissionError(13, f'exec: "{name}": permission denied')
        return name
    for folder in process.environment.get("PATH", "").split(":"):
        candidate = os.path.join(folder or ".", name)
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return candidate
    raise FileNotFoundError(2, f'exec: "{name}": executable file not found in $PATH')


def fail(report: int, error: Exception) -> NoReturn:
    """Tell the keeper why the process did not start, and end."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    os.write(report, (text or type(error).__name__).encode())
    os._exit(127)


def _make_folder(process: Process) -> None:
    # As container runtimes do: a missing working folder is made.
    place = resolve("/", process.folder)
    if process.root is not None and not os.path.isdir(place):
        os.makedirs(place, exist_ok=True)
