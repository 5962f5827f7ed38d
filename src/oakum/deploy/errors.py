"""What ends a deploy, delete or inspection with a message.

    DeployError
    ├── ConfigError      a kapp Config document that does not say what it means
    ├── InputError       files, documents and flags that describe no deployable set
    ├── AppError         the application's record: missing, unreadable, not ours
    ├── ApplyError       a change that could not be made, or did not become ready; may hold bracketed lists
    └── ExitStatus       not a failure: the exit status that was asked for
"""
from __future__ import annotations

from oakum.errors import DeployError


class ConfigError(DeployError):
    """A kapp Config document that is not understood."""


class InputError(DeployError):
    """Resources or flags that cannot be deployed as given."""


class AppError(DeployError):
    """The application's record is missing or unreadable."""


class ApplyError(DeployError):
    """A change failed. The message may hold `[a, b]` lists, which a terminal shows as bullets."""


class ExitStatus(DeployError):
    """The outcome asked for by `--diff-exit-status` or `--apply-exit-status`. `code` is the exit status."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(f"Exiting {message} (exit status {code})")
        self.code = code
