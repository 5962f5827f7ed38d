"""The `log` subresource of a pod (Kubernetes core/v1: PodLogOptions)."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.types import Receive, Send

from oakum.lab.node.containers import Container
from oakum.lab.node.logs import LogOptions, read_log
from oakum.lab.node.pods import Pod
from oakum.lab.node.refusals import StreamRefused

Query = dict[str, list[str]]


async def serve_log(pod: Pod | None, obj: dict[str, Any], query: Query, receive: Receive, send: Send) -> None:
    """Send the log of a container, to its end or, with `follow`, until the client goes. Raises StreamRefused."""
    container = chosen(pod, obj, _one(query, "container"))
    previous = _flag(query, "previous")
    options = _options(query)
    path = container.log_path
    live = container.streams and container.streams.log
    if previous:
        path, live = container.log_of(container.status["restartCount"] - 1), None
    if not path.exists():
        metadata = obj["metadata"]
        if previous:
            raise StreamRefused(
                400, f'previous terminated container "{container.name}" in pod "{metadata["name"]}" not found'
            )
        state = container.status["state"].get("waiting") or {}
        reason = f'container "{container.name}" in pod "{metadata["name"]}" is waiting to start: {state.get("reason")}'
        raise StreamRefused(400, reason)
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    sending = asyncio.create_task(_send(path, options, live, send))
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, leaving):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending


def chosen(pod: Pod | None, obj: dict[str, Any], name: str | None) -> Container:
    """The container that a request means: the one it names, or the only one. Raises StreamRefused."""
    metadata, names = obj["metadata"], [each["name"] for each in obj["spec"]["containers"]]
    if name is None:
        name = (metadata.get("annotations") or {}).get("kubectl.kubernetes.io/default-container")
        if name is None and len(names) > 1:
            init = [each["name"] for each in obj["spec"].get("initContainers") or []]
            also = f" or one of the init containers: [{' '.join(init)}]" if init else ""
            raise StreamRefused(
                400,
                f"a container name must be specified for pod {metadata['name']}, choose one of: "
                f"[{' '.join(names)}]{also}",
            )
        name = name or names[0]
    container = pod.container(name) if pod else None
    if container is None:
        others = [*(obj["spec"].get("initContainers") or []), *(obj["spec"].get("ephemeralContainers") or [])]
        known = names + [each["name"] for each in others]
        if name in known:
            raise StreamRefused(400, f'container "{name}" in pod "{metadata["name"]}" is not on this node (any more)')
        raise StreamRefused(400, f"container {name} is not valid for pod {metadata['name']}")
    return container


async def _send(path: Any, options: LogOptions, live: Any, send: Send) -> None:
    async for text in read_log(path, options, live):
        await send({"type": "http.response.body", "body": text, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _options(query: Query) -> LogOptions:
    since = None
    seconds, moment = _number(query, "sinceSeconds"), _one(query, "sinceTime")
    if seconds is not None:
        since = datetime.now(UTC) - timedelta(seconds=seconds)
    elif moment:
        try:
            since = datetime.fromisoformat(moment)
        except ValueError as error:
            raise StreamRefused(400, f"sinceTime is not a time: {moment}") from error
    stream = (_one(query, "stream") or "").lower()
    return LogOptions(
        follow=_flag(query, "follow"),
        timestamps=_flag(query, "timestamps"),
        tail=_number(query, "tailLines"),
        limit=_number(query, "limitBytes"),
        since=since,
        stream="" if stream == "all" else stream,
    )


def _one(query: Query, name: str) -> str | None:
    return next(iter(query.get(name) or ()), None) or None


def _flag(query: Query, name: str) -> bool:
    return _one(query, name) in ("1", "t", "T", "true", "TRUE", "True")


def _number(query: Query, name: str) -> int | None:
    text = _one(query, name)
    if text is None:
        return None
    if not text.isdecimal():
        raise StreamRefused(400, f"{name} is not a number: {text}")
    return int(text)
