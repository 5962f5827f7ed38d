"""What git knows of a source folder (kbld: "4.2 Git metadata")."""
from __future__ import annotations

import subprocess

from oakum.dataclass import dataclass
from oakum.images.config import Origin
from oakum.images.errors import BuildError


@dataclass(frozen=True, slots=True)
class _Answer:
    code: int
    out: str
    err: str


def origin(folder: str) -> Origin | None:
    """The `git` origin of `folder` (absolute); None outside a work tree or without git. Raises BuildError."""
    if _git(folder, "rev-parse", "--git-dir").code:
        return None
    # The commit first: of several things that fail in a broken repository, it is the one to tell.
    commit, remote = _commit(folder), _remote(folder)
    details = {"dirty": _dirty(folder), "remoteURL": remote, "sha": commit}
    tags = _tags(folder)
    return {"git": details | ({"tags": tags} if tags else {})}


def redact(url: str) -> str:
    """A remote's URL without a login; `git@` is not one."""
    before, at, rest = url.partition("@")
    if not at or before == "git":
        return url
    scheme, separator, _ = before.partition("://")
    return f"{scheme}://_redacted_@{rest}" if separator else f"_redacted_@{rest}"


def _commit(folder: str) -> str:
    answer = _git(folder, "rev-parse", "HEAD")
    if answer.code == 0:
        return answer.out.strip()
    if not _git(folder, "rev-list", "-n", "1", "--all").out.strip():
        return "<no commits>"
    raise _failure(folder, "Checking HEAD commit", answer)


def _remote(folder: str) -> str:
    answer = _git(folder, "ls-remote", "--get-url")
    if answer.code == 0:
        return redact(answer.out.strip())
    if "No remote configured to list refs from" in answer.err:
        return "<unknown>"
    raise _failure(folder, "Checking remote", answer)


def _dirty(folder: str) -> bool:
    answer = _git(folder, "status", "--short")
    if answer.code:
        raise _failure(folder, "Checking status", answer)
    return bool(answer.out.strip())


def _tags(folder: str) -> list[str]:
    answer = _git(folder, "describe", "--tags", "--exact-match", "HEAD")
    if answer.code == 0:
        return answer.out.split()
    if any(text in answer.err for text in ("no tag exactly matches", "No names found", "Not a valid object name")):
        return []
    raise _failure(folder, "Checking tags", answer)


def _failure(folder: str, doing: str, answer: _Answer) -> BuildError:
    return BuildError(
        f"Getting details from git for directory '{folder}': {doing}: "
        f"exit status {answer.code} (stderr '{answer.err}')"
    )


def _git(folder: str, *arguments: str) -> _Answer:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError:
        return _Answer(127, "", "")

    return _Answer(done.returncode, _text(done.stdout), _text(done.stderr))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
