"""What ends a deploy, delete or inspection with a message.

    DeployError
    ├── PlacedError      knows where what is wrong was written
    │   ├── ConfigError  a kapp Config document that does not say what it means
    │   ├── InputError   files, documents and flags that describe no deployable set
    │   └── ApplyError   a change that could not be made, or did not become ready; may hold bracketed lists
    ├── AppError         the application's record: missing, unreadable, not ours
    │   └── LockLost     the application's lock is another's by now
    └── ExitStatus       not a failure: the exit status that was asked for
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.errors import DeployError

MOST_TOLD = 10


class PlacedError(DeployError):
    """`places` are lines that say where what is wrong was written; none where no file is known."""

    def __init__(self, message: str, places: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.places = places


class ConfigError(PlacedError):
    """A kapp Config document that is not understood."""


class InputError(PlacedError):
    """Resources or flags that cannot be deployed as given."""


class AppError(DeployError):
    """The application's record is missing or unreadable."""


class LockLost(AppError):
    """We do not hold the application's lock any more, and so may not change anything further."""

    def after(self, applied: Sequence[str], begun: Sequence[str], total: int) -> LockLost:
        """The same, and what had been done by then of `total` changes: these were applied, those perhaps half."""
        told = [f"{len(applied)} of {total} changes were applied{_some(applied)}"]
        if begun:
            told.append(f"perhaps half done{_some(begun)}")
        return LockLost(f"{self}; stopped before the next write: {'; '.join(told)} (hint: see what is there now with "
                        "'inspect', and deploy again once the other has ended)")


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - MOST_TOLD} more" if len(texts) > MOST_TOLD else ""
    return f": {', '.join(texts[:MOST_TOLD])}{more}" if texts else ""


class ApplyError(PlacedError):
    """A change failed. The message may hold `[a, b]` lists, which a terminal shows as bullets."""


class ExitStatus(DeployError):
    """The outcome asked for by `--diff-exit-status` or `--apply-exit-status`. `code` is the exit status."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(f"Exiting {message} (exit status {code})")
        self.code = code

    @classmethod
    def diffed(cls, pending: bool) -> ExitStatus:
        """What `--diff-exit-status` asks for: whether there are changes to make."""
        return cls("after diffing with pending changes", 3) if pending else cls(
            "after diffing with no pending changes", 2)

    @classmethod
    def applied(cls, changed: bool) -> ExitStatus:
        """What `--apply-exit-status` asks for: whether there were changes."""
        return cls("after applying with changes", 3) if changed else cls("after applying with no changes", 2)
