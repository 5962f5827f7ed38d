"""Which failures are passing, and for how long a call is repeated because of them."""
from __future__ import annotations

import time
from collections.abc import Callable

from oakum.dataclass import dataclass
from oakum.kube.errors import ApiError, ConnectError
from oakum.late import pattern
from oakum.typing import TypeVar

T = TypeVar("T")
_ETCD = pattern(r"etcdserver:.*(leader changed|timed out)")
WEBHOOK = pattern(
    r"Internal error occurred: failed calling (admission )?webhook|conversion webhook for (.+) failed:")


@dataclass(frozen=True)
class Retry:
    """Repeat while `passing(error)`, every `pause` seconds, for `limit` seconds in all."""

    passing: Callable[[Exception], bool]
    pause: float = 1.0
    limit: float = 5.0


def unavailable(error: Exception) -> bool:
    """The server is up again soon: 503, or an HTTP/2 connection that is being moved."""
    return isinstance(error, ApiError) and (error.code == 503 or "GOAWAY" in error.message)


def write_is_passing(error: Exception) -> bool:
    """A write that was refused for a reason that goes away by itself, and that certainly changed nothing."""
    if not isinstance(error, ApiError):
        return False
    if unavailable(error) or error.code == 429 or error.reason == "InternalError":
        return True
    text = error.message
    return bool(_ETCD.search(text) or WEBHOOK.search(text)) or (error.code == 409 and "resourcequotas" in text)


RETRY_READ = Retry(unavailable)
RETRY_WRITE = Retry(write_is_passing)
EXISTENCE = Retry(lambda e: isinstance(e, ConnectError) or (isinstance(e, ApiError) and e.code not in (403, 404)),
                  limit=60.0)


def retrying(call: Callable[[], T], rule: Retry) -> T:
    """`call()`, repeated by `rule`; raises its last exception."""
    end = time.monotonic() + rule.limit
    while True:
        try:
            return call()
        except (ApiError, ConnectError) as e:
            if not rule.passing(e) or time.monotonic() + rule.pause > end:
                raise
        time.sleep(rule.pause)
