"""Faults to order, for tests of any client: delays, refusals, lost watches, clocks that jump.

By API: `GET`, `POST` (a fault) and `DELETE` on `/oakum/faults`, for administrators. In Python:
`server.faults.add(Fault(…))`.
"""

import asyncio
import random
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from oakum.lab.api import clock, status
from oakum.lab.api.status import ApiError

PATH = "/oakum/faults"

_REASONS = {
    401: ("Unauthorized", "Unauthorized"),
    403: ("Forbidden", "forbidden by order"),
    404: ("NotFound", "the server could not find the requested resource"),
    409: ("Conflict", status.MODIFIED),
    410: ("Expired", "The resourceVersion for the provided watch is too old."),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "Internal error occurred: by order"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "the server was unable to return a response in the time allotted"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and with which requests.

    `path` is a regular expression searched in the path, `method` an HTTP method or empty for all; `watch` True or False
    narrows to watches or to all else. It strikes at a `rate` between 0 and 1, or at the `nth` matching call (from 1)
    and the `times - 1` after it. Then the answer waits `delay` seconds; with a `code` it is that refusal (`retry_after`
    in seconds); with `drop` the connection breaks that many seconds after the answer has begun.
    """

    path: str = ""
    method: str = ""
    watch: bool | None = None
    rate: float = 1.0
    nth: int = 0
    times: int = 0
    delay: float = 0.0
    code: int = 0
    retry_after: int | None = None
    drop: float | None = None

    def fits(self, method: str, path: str, watch: bool) -> bool:
        """Whether a request is one of those that this fault is for."""
        kind = self.watch is None or self.watch is watch
        return kind and self.method in ("", method) and re.search(self.path, path) is not None

    def error(self) -> ApiError:
        """The refusal."""
        reason, message = _REASONS.get(self.code, ("", f"code {self.code} by order"))
        details = {"retryAfterSeconds": self.retry_after} if self.retry_after is not None else {}
        return ApiError(self.code, reason, message, details, self.retry_after)


@dataclass(slots=True)
class _Order:
    fault: Fault
    seen: int = 0
    struck: int = 0

    def strikes(self, dice: random.Random) -> bool:
        """Count one fitting call, and say whether the fault happens to it."""
        self.seen += 1
        limit = self.fault.times or (1 if self.fault.nth else 0)
        if limit and self.struck >= limit:
            return False
        hit = self.seen >= self.fault.nth if self.fault.nth else dice.random() < self.fault.rate
        self.struck += hit
        return hit


@dataclass(slots=True)
class Faults:
    """The faults that are ordered now, and how far the clock is off (seconds). Safe to use from any thread."""

    skew: float = 0.0
    _orders: list[_Order] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _dice: random.Random = field(default_factory=random.Random)

    def add(self, fault: Fault) -> None:
        """Order a fault; raises ValueError when its path is no regular expression or its rate no probability."""
        try:
            re.compile(fault.path)
        except re.error as error:
            raise ValueError(f"path {fault.path!r} is not a regular expression: {error}") from error
        if not 0 <= fault.rate <= 1:
            raise ValueError(f"rate {fault.rate} is not between 0 and 1")
        with self._lock:
            self._orders.append(_Order(fault))

    def clear(self) -> None:
        """Let everything work again, with the right time."""
        with self._lock:
            self._orders.clear()
        self.skew = 0.0

    def seed(self, number: int) -> None:
        """Make the rates repeatable."""
        self._dice = random.Random(number)

    def choose(self, method: str, path: str, watch: bool) -> Fault | None:
        """The fault that strikes a request, if any."""
        with self._lock:
            for order in self._orders:
                if order.fault.fits(method, path, watch) and order.strikes(self._dice):
                    return order.fault
        return None

    def clock(self, base: clock.Clock) -> clock.Clock:
        """A clock that is off by `skew` seconds."""

        def now() -> datetime:
            return base() + timedelta(seconds=self.skew)

        return now

    def document(self) -> dict[str, Any]:
        """The orders as JSON, with how often each has struck."""
        with self._lock:
            listed = [{**asdict(order.fault), "struck": order.struck} for order in self._orders]
        return {"skew": self.skew, "faults": listed}

    def order(self, body: Mapping[str, Any]) -> None:
        """Take an order in JSON: the fields of a Fault, or `skew`; raises ApiError 400 for anything else."""
        known = {each.name for each in fields(Fault)}
        unknown = sorted(set(body) - known - {"skew"})
        if unknown:
            raise status.bad_request(
                f"unknown fields of a fault: {', '.join(unknown)}; known: {', '.join(sorted(known))}"
            )
        if "skew" in body:
            self.skew = float(body["skew"])
        if set(body) - {"skew"}:
            try:
                self.add(Fault(**{key: value for key, value in body.items() if key != "skew"}))
            except (TypeError, ValueError) as error:
                raise status.bad_request(f"this is no fault: {error}") from None


async def strike(fault: Fault) -> None:
    """Delay, then refuse if the fault says so (ApiError)."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.code:
        raise fault.error()
