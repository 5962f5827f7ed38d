"""What git knows of a source folder (kbld: "4.2 Git metadata")."""
from __future__ import annotations

import os

from oakum.images.config import Origin
from oakum.images.errors import BuildError
from oakum.programs import Program
from oakum.record import NamedTuple

_QUESTIONS = (
    "status --porcelain=v2 --branch --no-ahead-behind", "ls-remote --get-url", "describe --tags --exact-match HEAD",
)  # fmt: skip
_COMMIT = "# branch.oid "
_NO_COMMIT = f"{_COMMIT}(initial)"


class _Answer(NamedTuple):
    code: int
    out: str
    err: str


def origin(folder: str) -> Origin | None:
    """The `git` origin of `folder` (absolute); None outside a work tree or without git. Raises BuildError."""
    if not _may_be_tracked(folder):
        return None
    try:
        # Side by side: starting git takes longer than all that it is asked here.
        asked = [_start(folder, question) for question in _QUESTIONS]
    except OSError:
        return None
    status, remote, tags = [_outcome(process) for process in asked]
    if status.code and _ask(folder, "rev-parse --git-dir").code:
        return None
    # The commit first: of several things that fail in a broken repository, it is the one to tell.
    commit, url = _commit(folder, status), _remote(folder, remote)
    details = {"dirty": _dirty(folder, status), "remoteURL": url, "sha": commit}
    named = _tags(folder, tags)
    return {"git": details | ({"tags": named} if named else {})}


def _may_be_tracked(folder: str) -> bool:
    """Whether git would find a repository: a `.git` in the folder or above it, or one that is bare."""
    if os.environ.get("GIT_DIR"):
        return True
    above = os.path.dirname(folder)
    if os.path.exists(os.path.join(folder, ".git")) or os.path.isfile(os.path.join(folder, "HEAD")):
        return True
    return above != folder and _may_be_tracked(above)


def redact(url: str) -> str:
    """A remote's URL without a login; `git@` is not one."""
    before, at, rest = url.partition("@")
    if not at or before == "git":
        return url
    scheme, separator, _ = before.partition("://")
    return f"{scheme}://_redacted_@{rest}" if separator else f"_redacted_@{rest}"


def _commit(folder: str, status: _Answer) -> str:
    """The commit that `status` tells; git is asked anew where it tells none."""
    found = next((line for line in status.out.splitlines() if line.startswith(_COMMIT)), _NO_COMMIT)
    if found != _NO_COMMIT:
        return found.removeprefix(_COMMIT)
    head = _ask(folder, "rev-parse HEAD")
    if head.code == 0:
        return head.out.strip()
    if not _ask(folder, "rev-list -n 1 --all").out.strip():
        return "<no commits>"
    raise _failure(folder, "Checking HEAD commit", head)


def _remote(folder: str, answer: _Answer) -> str:
    if answer.code == 0:
        return redact(answer.out.strip())
    if "No remote configured to list refs from" in answer.err:
        return "<unknown>"
    raise _failure(folder, "Checking remote", answer)


def _dirty(folder: str, answer: _Answer) -> bool:
    if answer.code:
        raise _failure(folder, "Checking status", answer)
    return any(not line.startswith("# ") for line in answer.out.splitlines())


def _tags(folder: str, answer: _Answer) -> list[str]:
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


def _start(folder: str, question: str) -> Program:
    return Program(["git", "-C", folder, *question.split()])


def _ask(folder: str, question: str) -> _Answer:
    return _outcome(_start(folder, question))


def _outcome(program: Program) -> _Answer:
    code, out, err = program.outcome()
    return _Answer(code, _text(out), _text(err))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
