"""The lab's end of the keeper: start it, ask it, hear from it. Runs on the lab's event loop."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import oakum
from oakum.errors import LabError
from oakum.lab.network import SERVICE_RANGE
from oakum.lab.node.sandbox.keeper import LONGEST_MESSAGE

FIRST_ID = 0x70000000
"""As root: the user id outside for user 0 of containers. Far above those that machines give to users."""

_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from oakum.lab.node.sandbox.bootstrap import main
main(sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), sys.argv[6], int(sys.argv[7]))
"""


class SandboxError(LabError):
    """The keeper could not do what was asked; `errno` is the kernel's reason, 0 when it has none."""

    def __init__(self, message: str, errno: int = 0) -> None:
        super().__init__(message)
        self.errno = errno


class Keeper:
    """A running keeper process.

    `folder` is where it works: paths that it is given are relative to it, and with `first_id` other users must be
    allowed to pass through it. `on_end` is called with a process's name and its exit code, negative for the signal
    that ended it. `joined` says whether pods reach one another and the Services.
    """

    def __init__(self, folder: Path, mode: str, first_id: int) -> None:
        self.mode = mode
        self.first_id = first_id
        self.joined = False
        self.on_end: Callable[[str, int], None] = lambda name, code: None
        self._folder = folder
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[tuple[dict[str, Any], list[int]]]] = {}
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start the process. Raises SandboxError when the machine refuses this mode.

        To be called on the thread that lasts as long as the lab: the process is killed when that thread ends.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        source = str(Path(oakum.__file__).parent.parent)
        network, _, length = str(SERVICE_RANGE).partition("/")
        arguments = [self.mode, str(theirs.fileno()), str(self._folder), str(self.first_id), network, length]
        with theirs, (self._folder / "keeper.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _PROGRAM, source, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        ours.setblocking(False)
        self._channel = ours
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionError):
            first = await asyncio.wait_for(loop.sock_recv(ours, LONGEST_MESSAGE), 20)
            answer = json.loads(first or b"{}")
            if "ready" in answer:
                self.joined = answer["ready"]["joined"]
                loop.add_reader(ours.fileno(), self._receive)
                return
        await self.stop()
        raise SandboxError(f"{self.mode}: {answer.get('refused', 'the helper process ended')}")

    async def stop(self) -> None:
        """End the keeper and with it every container."""
        if self._channel is not None:
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._channel.close()
            self._channel = None
        if self._process is not None:
            # Its end of the socket tells it to go; killing makes sure that it does at once.
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        self._fail_waiting()

    async def add_pod(self, pod: str, address: str) -> None:
        """Make a pod's network namespace."""
        await self._ask("add_pod", pod=pod, address=address)

    async def remove_pod(self, pod: str) -> None:
        """Forget a pod's network namespace."""
        await self._ask("remove_pod", pod=pod)

    async def run(
        self,
        name: str,
        pod: str,
        process: dict[str, Any],
        streams: list[int],
        join: str = "",
        groups: Sequence[int] = (),
    ) -> None:
        """Start a process in a pod under the name `name`; `streams` are input, output and errors.

        `process` has the fields of `process.Process`, in JSON. `join` names a running container whose namespaces it
        shall enter; `groups` are descriptors of control groups that it shall be in.
        Raises SandboxError with the reason when the program cannot be executed.
        """
        # In memory, not in a file: the environment may hold secrets, and may be larger than a message.
        with open(os.memfd_create("process"), "wb", buffering=0) as config:
            config.write(json.dumps(process).encode())
            descriptors = [config.fileno(), *groups, *streams]
            await self._ask("start", descriptors, process=name, pod=pod, join=join, groups=len(groups))

    async def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process; one that has ended is no error."""
        await self._ask("signal", process=name, signal=int(number))

    async def dial(self, pod: str, port: int, *, datagrams: bool = False) -> socket.socket:
        """A TCP connection, or a UDP socket, to a port inside a pod; raises SandboxError (errno ECONNREFUSED, …)."""
        _, descriptors = await self._ask("dial", pod=pod, port=port, datagrams=datagrams)
        return _socket(descriptors[0])

    async def bind(self, address: str, port: int, *, datagrams: bool = False) -> socket.socket | None:
        """A socket that pods reach at an address of the Service range; None when pods reach nothing."""
        _, descriptors = await self._ask("bind", address=address, port=port, datagrams=datagrams)
        return _socket(descriptors[0]) if descriptors else None

    async def _ask(
        self, operation: str, descriptors: list[int] | None = None, **request: Any
    ) -> tuple[dict[str, Any], list[int]]:
        if self._channel is None:
            raise SandboxError("the lab's helper process has ended")
        number = next(self._numbers)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[tuple[dict[str, Any], list[int]]] = loop.create_future()
        self._waiting[number] = answered
        message = json.dumps({"id": number, "op": operation, **request}).encode()
        await self._send(message, descriptors or [])
        answer, received = await answered
        if "error" in answer:
            raise SandboxError(answer["error"], answer.get("errno", 0))
        return answer, received

    async def _send(self, message: bytes, descriptors: list[int]) -> None:
        while self._channel is not None:
            try:
                socket.send_fds(self._channel, [message], descriptors)
                return
            except BlockingIOError:
                await asyncio.sleep(0.001)
            except ConnectionError:
                self._fail_waiting()
                return

    def _receive(self) -> None:
        assert self._channel is not None
        try:
            text, descriptors, _, _ = socket.recv_fds(self._channel, LONGEST_MESSAGE, 4, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except ConnectionError:
            text, descriptors = b"", []
        if not text:
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._channel.close()
            self._channel = None
            self._fail_waiting()
            return
        message = json.loads(text)
        if "ended" in message:
            self.on_end(message["ended"], message["code"])
            return
        waiting = self._waiting.pop(message["id"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result((message, descriptors))
        else:
            for descriptor in descriptors:
                os.close(descriptor)

    def _fail_waiting(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(SandboxError("the lab's helper process has ended"))
        self._waiting.clear()


def first_id() -> int:
    """Where the user ids of containers begin outside; 0 when the lab may use no id but its own."""
    if os.geteuid() != 0:
        return 0
    with open("/proc/self/uid_map") as file:
        for line in file:
            inside, _, count = map(int, line.split())
            if inside <= FIRST_ID and inside + count >= FIRST_ID + 65536:
                return FIRST_ID
    return 0


def _socket(descriptor: int) -> socket.socket:
    opened = socket.socket(fileno=descriptor)
    opened.setblocking(False)
    return opened
