"""Probes of a container: startup, readiness, liveness (Kubernetes core/v1: Probe)."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from oakum.lab.clock import Clock
from oakum.lab.node import grpc_probe

_LONGEST_ANSWER = 10 << 10
_QUICK = 0.05


class Target(Protocol):
    """A running container, as probes see it."""

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to a port of its pod; raises OSError."""
        ...

    async def execute(self, command: list[str]) -> tuple[int, str]:
        """Run a command in it; the exit code and what it printed."""
        ...

    def port(self, stated: int | str) -> int:
        """A port by its number or name; raises ValueError."""
        ...


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe with its times in seconds."""

    action: dict[str, Any]
    delay: float
    period: float
    timeout: float
    successes: int
    failures: int

    @classmethod
    def of(cls, stated: dict[str, Any]) -> "Probe":
        """From its JSON form."""
        return cls(
            stated,
            stated.get("initialDelaySeconds") or 0,
            stated.get("periodSeconds") or 10,
            stated.get("timeoutSeconds") or 1,
            stated.get("successThreshold") or 1,
            stated.get("failureThreshold") or 3,
        )


async def watch(
    probe: Probe,
    target: Target,
    clock: Clock,
    change: Callable[[bool], None],
    failed: Callable[[str], None],
    *,
    eager: bool,
) -> None:
    """Probe until cancelled; `change` is told when the threshold of successes or failures is passed.

    `failed` hears of each failure that counts. `eager` probes in quick succession until the first success, whose
    failures do not count, so that a container is ready as soon as it is.
    """
    await clock.sleep(probe.delay)
    succeeded = failures = 0
    state: bool | None = None
    quick, began = _QUICK, asyncio.get_running_loop().time()
    while True:
        message = await check(probe, target)
        waited = asyncio.get_running_loop().time() - began
        counts = not (eager and message and state is None and waited < probe.period)
        if not message:
            succeeded, failures = succeeded + 1, 0
            if succeeded >= probe.successes and state is not True:
                state = True
                change(True)
        elif counts:
            began, succeeded, failures = began + waited, 0, failures + 1
            failed(message)
            if failures >= probe.failures and state is not False:
                state = False
                change(False)
        pause = probe.period
        if eager and state is None and message:
            pause, quick = min(quick, probe.period), min(quick * 1.5, 1.0)
            await asyncio.sleep(pause)  # a process takes its time to start, also where the lab's stands still
        else:
            await clock.sleep(pause)


async def check(probe: Probe, target: Target) -> str:
    """Probe once; the empty text for success, else what went wrong."""
    action = next((name for name in _ACTIONS if name in probe.action), None)
    if action is None:
        return "this kind of probe is not supported by the lab's node"
    try:
        return await asyncio.wait_for(_ACTIONS[action](probe.action[action], target), probe.timeout)
    except TimeoutError:
        return f"{action} probe timed out after {probe.timeout:g}s"
    except asyncio.IncompleteReadError:
        return "the server closed the connection before it had answered"
    except (OSError, ValueError) as error:
        return str(error)


async def _http(action: dict[str, Any], target: Target) -> str:
    port = target.port(action["port"])
    reader, writer = await target.connect(port)
    try:
        if action.get("scheme") == "HTTPS":
            context = ssl.create_default_context()
            # A kubelet does not verify either: it asks whether something answers.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            await writer.start_tls(context)
        writer.write(_request(action, port))
        line = await reader.readline()
        parts = line.split()
        if len(parts) < 2 or not parts[0].startswith(b"HTTP/") or not parts[1].isdigit():
            return "the answer is not HTTP"
        status = int(parts[1])
        return "" if 200 <= status < 400 else f"HTTP probe failed with statuscode: {status}"
    finally:
        await _close(writer)


def _request(action: dict[str, Any], port: int) -> bytes:
    headers = {"Host": f"{action.get('host') or 'localhost'}:{port}", "User-Agent": "kube-probe/1.36", "Accept": "*/*"}
    headers |= {header["name"]: header["value"] for header in action.get("httpHeaders") or []}
    path = action.get("path") or "/"
    lines = [f"GET {path if path.startswith('/') else '/' + path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + ["Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def _tcp(action: dict[str, Any], target: Target) -> str:
    _, writer = await target.connect(target.port(action["port"]))
    await _close(writer)
    return ""


async def _grpc(action: dict[str, Any], target: Target) -> str:
    port = target.port(action["port"])
    reader, writer = await target.connect(port)
    try:
        return await grpc_probe.check(reader, writer, f"localhost:{port}", action.get("service") or "")
    finally:
        await _close(writer)


async def _exec(action: dict[str, Any], target: Target) -> str:
    code, output = await target.execute(action.get("command") or [])
    return "" if code == 0 else output.strip()[:_LONGEST_ANSWER] or f"command exited with {code}"


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


_ACTIONS: dict[str, Callable[[dict[str, Any], Target], Awaitable[str]]] = {
    "httpGet": _http,
    "tcpSocket": _tcp,
    "exec": _exec,
    "grpc": _grpc,
}
