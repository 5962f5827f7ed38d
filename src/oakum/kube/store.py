"""What a login got, kept in the kubeconfig that it belongs to."""
from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from oakum.kube.errors import ConfigError, CredentialError
from oakum.kube.kubeconfig import UserPlace, read_bytes
from oakum.typing import Any

LOCKED_SECONDS = 5.0
PAUSE_SECONDS = 0.05


@contextmanager
def held(place: UserPlace) -> Iterator[None]:
    """Keep other processes of this package from writing of this user meanwhile, where there is a file and a way to."""
    with ExitStack() as until:
        with suppress(OSError, ImportError):
            from fcntl import LOCK_EX, flock

            flock(until.enter_context(open(place.file, "rb")), LOCK_EX)
        yield


def provider_config(place: UserPlace) -> dict[str, str]:
    """The configuration of the user's provider, as the file has it now; empty for a user who comes from no file.

    Raises ConfigError.
    """
    if not place.file:
        return {}
    return {str(name): str(value) for name, value in _config(_read(place), place).items()}


def _read(place: UserPlace) -> Any:
    from oakum.errors import YAMLError
    from oakum.yaml import plain

    try:
        return plain.load(read_bytes(place.file).decode("utf-8", "surrogateescape"))
    except YAMLError as e:
        raise ConfigError(f'error loading config file "{place.file}": {e}') from e


def _config(kubeconfig: Any, place: UserPlace) -> dict[str, Any]:
    """The user's provider's configuration within `kubeconfig`. Raises ConfigError where there is none any more."""
    try:
        found: dict[str, Any] = next(entry["user"]["auth-provider"]["config"] for entry in kubeconfig["users"]
                                     if entry["name"] == place.user)
    except (StopIteration, KeyError, TypeError, AttributeError) as e:
        raise ConfigError(f'"{place.file}" has no auth-provider for user "{place.user}" any more') from e
    return found


def write(place: UserPlace, changes: Mapping[str, str]) -> None:
    """Put `changes` into the configuration of the user's provider, in one step; the file's owner alone may read it.

    Nothing is done for a user who comes from no file. Raises CredentialError.
    """
    if not place.file:
        return
    from oakum.yaml import plain

    path = os.path.realpath(place.file)
    try:
        handle = _locked(f"{path}.lock")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                value = _read(place)
                _config(value, place).update(changes)
                file.write(plain.dump(value))
                was = os.stat(path)
                with suppress(PermissionError):
                    os.fchown(file.fileno(), was.st_uid, was.st_gid)
            os.replace(f"{path}.lock", path)
        except BaseException:
            os.unlink(f"{path}.lock")
            raise
    except (OSError, ConfigError) as e:
        why = f"open {e.filename}: {(e.strerror or str(e)).lower()}" if isinstance(e, OSError) else str(e)
        raise CredentialError(f"could not persist new tokens: {why}") from e


def _locked(path: str) -> int:
    """The new file at `path`, whose presence tells kubectl too that the kubeconfig is being written."""
    end = time.monotonic() + LOCKED_SECONDS
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if time.monotonic() > end:
                raise
        time.sleep(PAUSE_SECONDS)
