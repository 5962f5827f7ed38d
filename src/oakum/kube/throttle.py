"""How many requests a second are sent."""
from __future__ import annotations

import threading
import time


class Bucket:
    """A token bucket: `qps` tokens a second, at most `burst` in it."""

    def __init__(self, qps: float, burst: int) -> None:
        self._qps = qps
        self._burst = max(1, burst)
        self._tokens = float(self._burst)
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take a token, waiting for it where there is none."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._qps) - 1
            self._at = now
            debt = -self._tokens / self._qps
        if debt > 0:
            time.sleep(debt)
