"""Sending again what failed for the moment."""
from __future__ import annotations

from collections.abc import Callable

from oakum.errors import RegistryError
from oakum.http.response import Response
from oakum.registry.answers import body_of
from oakum.registry.errors import DROPPED, BadReference, ConnectError, ContentError, StatusError
from oakum.registry.retry import TEMPORARY, RetryPolicy


class Attempts:
    """Tries as `policy` says; `sleep` waits between tries."""

    def __init__(self, policy: RetryPolicy, sleep: Callable[[float], None]) -> None:
        self._policy, self._sleep = policy, sleep

    def run(
        self, send: Callable[[], Response], expect: tuple[int, ...] = (), *, refused_only: bool = False
    ) -> Response:
        """What `send` answers, after tries that ended in a dropped connection or in a status that may pass.

        Statuses in `expect` are answers. `refused_only` sends again only what the server did not begin with (429).
        The last failure is returned, or raised.
        """
        passing = frozenset({429}) if refused_only else TEMPORARY
        attempt = 0
        while True:
            try:
                response = send()
            except ConnectError as error:
                if refused_only or not error.reason.endswith(DROPPED) or not self.again(attempt):
                    raise
            else:
                again = response.status in passing and response.status not in expect
                delay = self._policy.wait(attempt, response.headers.get("Retry-After")) if again else None
                if delay is None:
                    return response
                body_of(response)
                self._sleep(delay)
            attempt += 1

    def pause(self, failures: int) -> None:
        """Wait after `failures` in a row (from 1) of what is tried more often than the policy says."""
        self.again(min(failures, len(self._policy.delays)) - 1)

    def again(self, attempt: int) -> bool:
        """Wait after try number `attempt` (from 0); False when it was the last."""
        delay = self._policy.wait(attempt)
        if delay is not None:
            self._sleep(delay)
        return delay is not None


WRITES = 5


def write(action: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Run `action`, which writes an image, up to five times, a second apart where waiting may help.

    Raises BadReference as it is, RegistryError `Retried 5 times: …` for the last failure.
    """
    for attempt in range(1, WRITES + 1):
        try:
            return action()
        except BadReference:
            raise
        except RegistryError as error:
            if attempt == WRITES:
                raise RegistryError(f"Retried {WRITES} times: {error}") from error
            if _may_pass(error):
                sleep(1.0)
    return None


def _may_pass(error: RegistryError) -> bool:
    if isinstance(error, StatusError):
        return error.status in TEMPORARY
    return not isinstance(error, ContentError)
