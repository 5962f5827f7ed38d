"""The `watch=1` answer: a stream of JSON events from the store's watch, one line each."""

import asyncio
import random
from collections.abc import Callable

import orjson

from oakum.lab.api import conversion, listing, status
from oakum.lab.api.call import Call, Receive, Send
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.paths import Target
from oakum.lab.store import Event, Expired, Obj, Watch

Render = Callable[[Obj], Obj]


class WatchStream:
    """One watch request from its first event to its end."""

    def __init__(self, cluster: Cluster, call: Call, target: Target, render: Render) -> None:
        self._cluster = cluster
        self._target = target
        self._render = render
        self._test = listing.accept(call, target)
        self._initial = call.parameter("sendInitialEvents") == "true"
        self._bookmarks = call.flag("allowWatchBookmarks")
        self._since = listing.wanted_version(cluster, call)
        self._seconds = call.number("timeoutSeconds") or random.uniform(1800, 3600)
        self._check(call)
        self._woken = asyncio.Event()

    def _check(self, call: Call) -> None:
        match = call.parameter("resourceVersionMatch")
        path = "resourceVersionMatch"
        errors = []
        if call.parameter("sendInitialEvents") and match != "NotOlderThan":
            detail = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            errors.append(status.forbidden(path, detail))
        if call.parameter("sendInitialEvents") and match not in ("", "NotOlderThan"):
            errors.append(status.unsupported(path, match, ["NotOlderThan"]))
        elif match and not call.parameter("sendInitialEvents"):
            errors.append(
                status.forbidden(
                    path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                )
            )
        if errors:
            raise status.unprocessable("ListOptions", "meta.k8s.io", "", errors)

    async def serve(self, receive: Receive, send: Send) -> None:
        """Send events until the client goes, the time is over, or the store ends the watch."""
        loop = asyncio.get_running_loop()
        start = self._since and not self._initial
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-cache, private")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            with self._cluster.store.locked():
                first = [] if start else self._state()
                version = self._cluster.store.version
                since = self._since if start else None
                resource, namespace = self._target.resource.key, self._target.namespace
                watch = self._cluster.store.watch(resource, namespace, since, lambda: _wake(loop, self._woken))
        except Expired as error:
            gone = status.expired(str(error)).status()
            await _send(send, [_line("ERROR", gone)])
            await send({"type": "http.response.body", "body": b""})
            return
        gone_task = asyncio.create_task(_disconnected(receive))
        gone_task.add_done_callback(lambda _: self._woken.set())
        try:
            await _send(send, first)
            if self._initial and self._bookmarks:
                await self._bookmark(send, version, initial=True)
            await self._follow(watch, send, gone_task, version)
            if not gone_task.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            watch.close()
            gone_task.cancel()

    def _state(self) -> list[bytes]:
        found = self._cluster.list(self._target.resource, self._target.namespace, self._test)
        return [_line("ADDED", self._render(obj)) for obj in found.items]

    async def _follow(self, watch: Watch, send: Send, gone: asyncio.Task[None], version: int) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        marked = loop.time()
        while not gone.done():
            self._woken.clear()
            events = watch.drain()
            if events:
                version = max(version, events[-1].version)
                await _send(send, [line for event in events if (line := self._told(event))])
                continue
            if watch.closed or loop.time() >= end:
                break
            try:
                wait = min(end - loop.time(), listing.BOOKMARKS)
                await asyncio.wait_for(self._woken.wait(), wait)
            except TimeoutError:
                if self._bookmarks and loop.time() - marked >= min(self._seconds, listing.BOOKMARKS) - 1:
                    marked = loop.time()
                    await self._bookmark(send, version, initial=False)

    async def _bookmark(self, send: Send, version: int, initial: bool) -> None:
        await _send(send, [_line("BOOKMARK", self._render(listing.bookmark(self._target.resource, version, initial)))])

    def _told(self, event: Event) -> bytes | None:
        """The line for an event, after the selectors: an object that stops matching is deleted for this watch."""
        obj = conversion.from_stored(self._target.resource, event.obj)
        if self._test is None:
            return _line(event.type, self._render(obj))
        matches = self._test(obj)
        matched = event.old is not None and self._test(conversion.from_stored(self._target.resource, event.old))
        if event.type == "DELETED":
            return _line("DELETED", self._render(obj)) if matched else None
        if matches:
            return _line("MODIFIED" if matched else "ADDED", self._render(obj))
        if not matched or event.old is None:
            return None
        last = conversion.from_stored(self._target.resource, event.old)
        last = {**last, "metadata": {**last["metadata"], "resourceVersion": str(event.version)}}
        return _line("DELETED", self._render(last))


def _line(kind: str, obj: Obj) -> bytes:
    return orjson.dumps({"type": kind, "object": obj}) + b"\n"


async def _send(send: Send, lines: list[bytes]) -> None:
    if lines:
        await send({"type": "http.response.body", "body": b"".join(lines), "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
