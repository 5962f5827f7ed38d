"""The keeper's main loop: requests from the lab, ends of processes.

Requests and answers are JSON messages on a SOCK_SEQPACKET socket, with file descriptors beside them. A request has an
`id` and an `op`; its answer has the same `id`, and `error` or results. The end of a process comes as
`{"ended": name, "code": n}`, with the negative number of the signal that ended it.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from oakum.lab.node.sandbox import system
from oakum.lab.node.sandbox.pods import Networks, connected
from oakum.lab.node.sandbox.process import (
    NAMESPACES,
    Process,
    become,
    change_root,
    enter_root,
    fail,
    join,
    map_single_user,
    reset_signals,
    take_streams,
)

LONGEST_MESSAGE = 1 << 16
_MOST_DESCRIPTORS = 8

Answer = tuple[dict[str, Any], list[int]]


class Keeper:
    """Starts processes in pods, watches them, and answers the lab. `single_user`: only one user id is available."""

    def __init__(self, control: socket.socket, networks: Networks | None, *, single_user: bool) -> None:
        self._control = control
        self._networks = networks
        self._single_user = single_user
        self._processes: dict[str, int] = {}
        self._pidfds: dict[str, int] = {}
        self._selector = selectors.DefaultSelector()
        self._operations: dict[str, Callable[[dict[str, Any], list[int]], Answer | None]] = {
            "add_pod": self._add_pod,
            "remove_pod": self._remove_pod,
            "start": self._start,
            "signal": self._signal,
            "dial": self._dial,
            "bind": self._bind,
        }

    def run(self) -> None:
        """Serve until the lab's end of the socket closes."""
        wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ, self._receive)
        self._selector.register(wake, selectors.EVENT_READ, lambda: self._reap(wake))
        while True:
            for key, _ in self._selector.select():
                if key.data() is False:
                    return

    def _receive(self) -> bool:
        try:
            flags = socket.MSG_CMSG_CLOEXEC
            text, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_MESSAGE, _MOST_DESCRIPTORS, flags)
        except ConnectionError:
            return False
        if not text:
            return False
        request = json.loads(text)
        try:
            answer = self._operations[request["op"]](request, descriptors)
        except (OSError, KeyError, ValueError) as error:
            answer = ({"error": str(error), "errno": getattr(error, "errno", 0) or 0}, [])
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        if answer is not None:
            self._answer(request["id"], *answer)
        return True

    def _answer(self, identity: int, message: dict[str, Any], descriptors: list[int]) -> None:
        with contextlib.suppress(ConnectionError):
            socket.send_fds(self._control, [json.dumps({"id": identity, **message}).encode()], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)

    def _add_pod(self, request: dict[str, Any], descriptors: list[int]) -> Answer:
        if self._networks is not None:
            self._networks.add(request["pod"], request["address"])
        return {}, []

    def _remove_pod(self, request: dict[str, Any], descriptors: list[int]) -> Answer:
        if self._networks is not None:
            self._networks.remove(request["pod"])
        return {}, []

    def _dial(self, request: dict[str, Any], descriptors: list[int]) -> Answer:
        if self._networks is None:
            return {}, [connected("127.0.0.1", request["port"], request["datagrams"]).detach()]
        return {}, [self._networks.dial(request["pod"], request["port"], request["datagrams"]).detach()]

    def _bind(self, request: dict[str, Any], descriptors: list[int]) -> Answer:
        if self._networks is None or not self._networks.joined:
            return {"unreachable": True}, []
        return {}, [self._networks.bind(request["address"], request["port"], request["datagrams"]).detach()]

    def _signal(self, request: dict[str, Any], descriptors: list[int]) -> Answer:
        pid = self._processes.get(request["process"])
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                # A container has a process-id namespace of its own, which ends with its first process.
                target = os.kill if self._networks is not None else os.killpg
                target(pid, request["signal"])
        return {"known": pid is not None}, []

    def _start(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Start a process; the answer follows when it has become its program, or failed to."""
        config, *rest = descriptors
        groups, streams = rest[: request["groups"]], rest[request["groups"] :]
        process = Process.load(config)
        report, failure = os.pipe2(os.O_CLOEXEC)
        try:
            pid = self._fork(process, request, streams, groups, failure)
        except OSError:
            os.close(report)
            raise
        finally:
            os.close(failure)
        self._processes[request["process"]] = pid
        if self._networks is not None:
            self._pidfds[request["process"]] = os.pidfd_open(pid)
        self._selector.register(report, selectors.EVENT_READ, lambda: self._started(report, request["id"]))

    def _started(self, report: int, identity: int) -> bool:
        text = os.read(report, 4096).decode()
        self._selector.unregister(report)
        os.close(report)
        self._answer(identity, {"error": text} if text else {}, [])
        return True

    def _fork(
        self, process: Process, request: dict[str, Any], streams: list[int], groups: list[int], failure: int
    ) -> int:
        def be(enter: Callable[[], None]) -> NoReturn:
            self._be(process, streams, groups, failure, enter)

        joined = self._pidfds.get(request.get("join", ""))
        namespace = self._networks.namespace(request["pod"]) if self._networks else None
        if joined is None and namespace is not None and self._networks is not None:
            nested = self._nested(process)
            # The child stays in the block: leaving it would lead out of the pod's network again.
            with self._networks.inside(namespace):
                pid = system.clone(NAMESPACES | (system.CLONE_NEWUSER if nested else 0))
                return pid or be(lambda: _contain(process, nested))
        if joined is None:
            return os.fork() or be(lambda: change_root(process))
        nested = self._nested(process)
        return os.fork() or be(lambda: join(joined, nested, failure))

    def _nested(self, process: Process) -> bool:
        """Whether a process needs a user namespace of its own, in which the lab's one user has the id it wants."""
        return self._single_user and (process.user, process.group) != (0, 0)

    def _be(
        self, process: Process, streams: list[int], groups: list[int], failure: int, enter: Callable[[], None]
    ) -> NoReturn:
        """In a new process: become what was asked for."""
        try:
            reset_signals()
            system.die_with_parent()
            take_streams(streams, process.terminal)
            enter()
            for group in groups:
                os.write(group, b"0")
            become(process, self._single_user)
        except Exception as error:  # whatever it is, a forked copy of the keeper must not live on
            fail(failure, error)

    def _reap(self, wake: int) -> bool:
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                self._ended(pid, os.waitstatus_to_exitcode(status))
        return True

    def _ended(self, pid: int, code: int) -> None:
        identity = next((name for name, number in self._processes.items() if number == pid), None)
        if identity is None:
            return
        del self._processes[identity]
        pidfd = self._pidfds.pop(identity, None)
        if pidfd is not None:
            os.close(pidfd)
        with contextlib.suppress(ConnectionError):
            self._control.send(json.dumps({"ended": identity, "code": code}).encode())


def _contain(process: Process, nested: bool) -> None:
    if nested:
        map_single_user(process.user, process.group)
    enter_root(process)
