"""The keeper for real: containers made of the machine's own programs, mounted read-only into an empty root."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from oakum.lab.node.sandbox.client import Keeper, SandboxError, first_id

FOLDERS = [name for name in ("/usr", "/bin", "/lib", "/lib64") if Path(name).is_dir()]


@dataclass
class Pods:
    """A keeper and the ends of processes it has reported."""

    keeper: Keeper
    folder: Path
    ended: asyncio.Queue[tuple[str, int]] = field(default_factory=asyncio.Queue)

    async def start(self, name: str, script: str, pod: str = "pod", join: str = "", **changes: Any) -> int:
        """Start `sh -c script`; the descriptor that its output can be read from."""
        output, theirs = os.pipe()
        try:
            await self.keeper.run(name, pod, self.process(name, script, **changes), [theirs], join)
        finally:
            os.close(theirs)
        return output

    async def output(self, name: str, script: str, **changes: Any) -> str:
        output = await self.start(name, script, **changes)
        await asyncio.wait_for(self.ended.get(), 10)
        with open(output) as file:
            return file.read()

    def process(self, name: str, script: str, **changes: Any) -> dict[str, Any]:
        (self.folder / name).mkdir(exist_ok=True)
        if self.keeper.first_id:
            os.chown(self.folder / name, self.keeper.first_id, self.keeper.first_id)
        mounts = [{"source": source, "target": source, "readonly": True} for source in FOLDERS]
        process = {
            "arguments": ["sh", "-c", script],
            "environment": {"PATH": "/usr/bin:/bin"},
            "folder": "/",
            "user": 1000,
            "group": 1000,
            "groups": [],
            "hostname": "host",
            "capabilities": 0,
            "gain_privileges": False,
            "terminal": False,
            "root": {"path": name, "mounts": mounts},
        }
        return process | changes


@asynccontextmanager
async def pods(folder: Path) -> AsyncIterator[Pods]:
    folder.chmod(0o711)
    keeper = Keeper(folder, "namespaces", first_id())
    try:
        await keeper.start()
    except SandboxError as error:
        pytest.skip(f"this machine has no user namespaces: {error}")
    running = Pods(keeper, folder)
    keeper.on_end = lambda name, code: running.ended.put_nowait((name, code))
    await keeper.add_pod("pod", "127.97.0.5")
    try:
        yield running
    finally:
        await keeper.stop()


def run(folder: Path, scenario: Callable[[Pods], Awaitable[None]]) -> None:
    async def main() -> None:
        async with pods(folder) as running:
            await scenario(running)

    asyncio.run(main())


def test_a_process_has_the_user_host_and_first_process_id_it_was_given(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        assert await pods.output("a", "echo $$ $(id -u) $(hostname)") == "1 1000 host\n"
        assert await pods.output("b", "id -u", user=0, group=0) == "0\n"

    run(tmp_path, scenario)


def test_the_exit_code_and_the_signal_are_reported(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        await pods.start("a", "exit 7")
        assert await pods.ended.get() == ("a", 7)
        await pods.start("b", "sleep 100")
        await pods.keeper.signal("b", signal.SIGKILL)
        assert await pods.ended.get() == ("b", -signal.SIGKILL)

    run(tmp_path, scenario)


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        with pytest.raises(SandboxError, match=r'exec: "nope": executable file not found in \$PATH'):
            await pods.start("a", "", arguments=["nope"])

    run(tmp_path, scenario)


def test_a_process_has_no_capability_and_cannot_write_the_machines_settings(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        script = "grep CapBnd /proc/self/status; echo x > /proc/sys/kernel/core_pattern || echo refused; ls /proc/1/root"
        shown = await pods.output("a", script, user=0, group=0)
        assert "CapBnd:\t0000000000000000" in shown
        assert "refused" in shown
        assert "home" not in shown

    run(tmp_path, scenario)


def test_a_file_system_mounted_read_only_cannot_be_written(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        (tmp_path / "shown").mkdir()
        (tmp_path / "shown/file").write_text("content")
        mounts = [{"source": source, "target": source, "readonly": True} for source in [*FOLDERS, "shown"]]
        root = {"path": "a", "mounts": [*mounts[:-1], {**mounts[-1], "target": "/data"}]}
        shown = await pods.output("a", "cat /data/file; echo x 2>&- >/data/file || echo refused", root=root)
        assert shown.startswith("content")
        assert shown.endswith("refused\n")

    run(tmp_path, scenario)


def test_two_pods_listen_on_the_same_port_and_are_dialled_apart(tmp_path: Path) -> None:
    server = """exec python3 -c "import socket; s = socket.create_server(('', 8080)); print('up', flush=True)
while 1: c, _ = s.accept(); c.sendall(b'%s'); c.close()" """

    async def scenario(pods: Pods) -> None:
        await pods.keeper.add_pod("other", "127.97.0.6")
        with pytest.raises(SandboxError) as refused:
            await pods.keeper.dial("pod", 8080)
        assert refused.value.errno == errno.ECONNREFUSED
        for pod in ("pod", "other"):
            output = await pods.start(pod, server % pod, pod=pod)
            assert await asyncio.to_thread(os.read, output, 100) == b"up\n"
        loop = asyncio.get_running_loop()
        for pod in ("pod", "other"):
            with await pods.keeper.dial(pod, 8080) as connection:
                assert await loop.sock_recv(connection, 100) == pod.encode()

    run(tmp_path, scenario)


def test_pods_reach_one_another_and_a_service_address(tmp_path: Path) -> None:
    reach = """python3 -c "import socket; print(socket.create_connection(('%s', %d), 5).recv(100))" """

    async def scenario(pods: Pods) -> None:
        if not pods.keeper.joined:
            pytest.skip("this machine does not let pods be joined")
        await pods.keeper.add_pod("other", "127.97.0.6")
        listener = await pods.keeper.bind("127.96.0.7", 80)
        assert listener is not None
        await pods.start("a", reach % ("127.96.0.7", 80))
        loop = asyncio.get_running_loop()
        connection, peer = await loop.sock_accept(listener)
        assert peer[0] == "127.97.0.5"
        await loop.sock_sendall(connection, b"service")
        connection.close()
        listener.close()
        await pods.ended.get()
        server = """exec python3 -c "import socket; s = socket.create_server(('', 8080)); print('up', flush=True)
c, _ = s.accept(); c.sendall(b'neighbour')" """
        output = await pods.start("b", server, pod="other")
        await asyncio.to_thread(os.read, output, 100)
        assert await pods.output("c", reach % ("127.97.0.6", 8080)) == "b'neighbour'\n"

    run(tmp_path, scenario)


def test_a_process_that_joins_a_container_sees_its_processes(tmp_path: Path) -> None:
    async def scenario(pods: Pods) -> None:
        await pods.start("a", "sleep 100")
        shown = await pods.output("b", "tr '\\0' ' ' </proc/1/cmdline; id -u; exit 3", join="a")
        assert "sleep 100" in shown
        assert shown.endswith("1000\n")

    run(tmp_path, scenario)


def test_containers_end_with_a_lab_that_is_killed(tmp_path: Path) -> None:
    program = """
        import asyncio, pathlib, sys
        sys.path.insert(0, sys.argv[2])
        from test_client import pods
        async def main():
            async with pods(pathlib.Path(sys.argv[1])) as running:
                output = await running.start("a", "echo up; exec sleep 1234567")
                await asyncio.to_thread(open(output).readline)
                print("up", flush=True)
                await asyncio.sleep(100)
        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        if lab.stdout.readline() != "up\n":
            pytest.skip("this machine has no user namespaces")
        lab.kill()
    for _ in range(100):
        if not [name for name in os.listdir("/proc") if name.isdigit() and _arguments(name) == b"sleep\x001234567\x00"]:
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("the container outlived its lab")


def _arguments(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
