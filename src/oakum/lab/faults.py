"""Faults to order, for tests of clients: answers that fail, come late, break off, or never come; a clock that jumps."""

import asyncio
import hmac
import random
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oakum.errors import LabError
from oakum.lab.clock import Clock

CONTROL_PATH = "/oakum/faults"
CLOCK_PATH = "/oakum/clock"
"""Where the API server's address takes orders from whoever has the administrator's token."""

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


_DAY = 86400
_BOUNDS: dict[str, tuple[int, int]] = {
    "rate": (0, 1),
    "nth": (0, 1 << 31),
    "times": (0, 1 << 31),
    "delay": (0, _DAY),
    "status": (0, 599),
    "retry_after": (0, 1 << 31),
    "cut": (0, 1 << 31),
    "cut_after": (0, _DAY),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to requests that match.

    `target` is `api` or `registry`; `method` an HTTP method (empty: any), `path` a regular expression searched in the
    path with its query. Of those requests the fault strikes a share `rate` at random, or only call number `nth` (from
    1), and `times` at most (0: without end). It waits `delay` seconds, then answers with `status` (and `retry_after`
    seconds), or drops the connection (`drop`), or lets the answer begin and drops it before its end: at once after
    `cut` pieces of its body (0: after its head), or `cut_after` seconds, whichever comes first.
    """

    target: str = "api"
    method: str = ""
    path: str = ""
    rate: float = 1.0
    nth: int = 0
    times: int = 0
    delay: float = 0.0
    status: int = 0
    retry_after: int = 0
    drop: bool = False
    cut: int | None = None
    cut_after: float = 0.0

    @classmethod
    def load(cls, data: object) -> "Fault":
        """From its JSON form. Raises LabError for unknown or ill-typed members."""
        known = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or not data.keys() <= known:
            raise LabError(f"a fault is an object with some of the members {', '.join(sorted(known))}")
        try:
            fault = cls(**data)
            re.compile(fault.path)
            float(fault.rate), float(fault.delay), float(fault.cut_after), int(fault.status)
        except (TypeError, ValueError, re.error) as error:
            raise LabError(f"a fault that is not well-formed: {error}") from error
        if fault.target not in ("api", "registry"):
            raise LabError(f"a fault's target is api or registry, not {fault.target!r}")
        for name, (least, most) in _BOUNDS.items():
            value = getattr(fault, name)
            if value is not None and not least <= value <= most:
                raise LabError(f"a fault's {name} is from {least} to {most}, not {value}")
        if 0 < fault.status < 200:
            raise LabError(f"a fault's status is that of a whole answer, from 200 to 599, not {fault.status}")
        return fault


class Faults:
    """The faults in force, and how often each was called for and has struck."""

    def __init__(self, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self.clock = clock
        self._chance = chance
        self._faults: list[Fault] = []
        self._calls: list[int] = []
        self._strikes: list[int] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force, after those there are."""
        self._faults.append(fault)
        self._calls.append(0)
        self._strikes.append(0)

    def clear(self) -> None:
        """End all faults."""
        for found in (self._faults, self._calls, self._strikes):
            found.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The faults as JSON, each with `calls` and `strikes` so far."""
        counted = zip(self._faults, self._calls, self._strikes, strict=True)
        return [{**asdict(fault), "calls": calls, "strikes": strikes} for fault, calls, strikes in counted]

    def strike(self, target: str, method: str, path: str) -> Fault | None:
        """The fault that a request meets, which counts it; None when it is to go well."""
        for index, fault in enumerate(self._faults):
            if fault.target != target or (fault.method and fault.method.upper() != method):
                continue
            if not re.search(fault.path, path):
                continue
            self._calls[index] += 1
            exhausted = fault.times and self._strikes[index] >= fault.times
            if exhausted or (fault.nth and self._calls[index] != fault.nth) or self._chance() >= fault.rate:
                continue
            self._strikes[index] += 1
            return fault
        return None


class Faulty:
    """An application with faults in front of it; with a `token` it also takes orders at `CONTROL_PATH`."""

    def __init__(self, app: ASGIApp, faults: Faults, target: str, token: str = "") -> None:
        self._app = app
        self._faults = faults
        self._target = target
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or spoil it."""
        path = scope.get("path", "")
        if self._token and path in (CONTROL_PATH, CLOCK_PATH):
            await (await self._ordered(Request(scope, receive)))(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode()
        fault = self._faults.strike(self._target, scope.get("method", "GET"), f"{path}?{query}" if query else path)
        if fault is None:
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(fault.delay)
        if fault.drop:
            _abort(send)
        elif fault.status:
            await _answer(fault)(scope, receive, send)
        elif fault.cut is not None or fault.cut_after:
            await self._cut(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _cut(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        cutting = send if fault.cut is None else _cutting(send, fault.cut)
        late = asyncio.get_running_loop().call_later(fault.cut_after, _abort, send) if fault.cut_after else None
        try:
            await self._app(scope, receive, cutting)
        finally:
            if late is not None:
                late.cancel()

    async def _ordered(self, request: Request) -> Response:
        _, _, given = request.headers.get("authorization", "").partition(" ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return Response(status_code=401)
        clock = self._faults.clock
        try:
            order = orjson.loads(await request.body()) if request.method == "POST" else None
            if request.url.path == CLOCK_PATH:
                await asyncio.to_thread(_set, clock, order)
                return _told({"now": clock(), "held": clock.held})
            if request.method == "POST":
                self._faults.add(Fault.load(order))
            elif request.method == "DELETE":
                self._faults.clear()
        except (LabError, orjson.JSONDecodeError) as error:
            return _told({"error": str(error)}, 400)
        return _told(self._faults.listed())


def _told(answer: object, status: int = 200) -> Response:
    return Response(orjson.dumps(answer), status, media_type="application/json")


def _set(clock: Clock, order: object) -> None:
    """Do what was ordered: `hold` (true or false), `jump` and `advance` (seconds), in this order."""
    if order is None:
        return
    types = {"hold": bool, "jump": int | float, "advance": int | float}
    if not isinstance(order, dict) or not order.keys() <= types.keys():
        raise LabError(f"an order to the clock is an object with some of the members {', '.join(types)}")
    for name, kind in types.items():
        value = order.get(name)
        if value is None:
            continue
        if not isinstance(value, kind) or (name == "advance" and value < 0):
            raise LabError(f"an order to the clock that is not well-formed: {name} is {value!r}")
        try:
            getattr(clock, name)(value)
        except OverflowError as error:
            raise LabError(f"the clock cannot be moved so far: {name} is {value!r}") from error


def _answer(fault: Fault) -> Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    message = f"a fault that was ordered: {fault.status}"
    if fault.target == "registry":
        code = "TOOMANYREQUESTS" if fault.status == 429 else "UNKNOWN"
        body: dict[str, Any] = {"errors": [{"code": code, "message": message}]}
    else:
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
        body |= {"reason": _REASONS.get(fault.status, "InternalError"), "code": fault.status}
        if fault.retry_after:
            body["details"] = {"retryAfterSeconds": fault.retry_after}
    return Response(orjson.dumps(body), fault.status, headers, media_type="application/json")


def _cutting(send: Send, pieces: int) -> Send:
    left = pieces

    async def cutting(message: Message) -> None:
        nonlocal left
        body = message["type"] == "http.response.body" and bool(message.get("body"))
        if body and left <= 0:
            return  # it has been cut, and the application has not heard of it yet
        await send(message)
        left -= body
        if left <= 0 and (message.get("more_body") or message["type"] == "http.response.start"):
            _abort(send)

    return cutting


def _abort(send: Send) -> None:
    """Drop the connection. ASGI has no word for it: uvicorn's `send` is a method of what has the socket."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise LabError("this server cannot drop a connection")
    transport.abort()
