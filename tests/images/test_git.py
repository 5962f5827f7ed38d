from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from oakum.images.errors import BuildError
from oakum.images.git import origin, redact


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_folder_outside_a_work_tree_has_no_origin(tmp_path: Path) -> None:
    assert origin(str(tmp_path)) is None


def test_a_fresh_work_tree_has_no_commits_and_no_remote(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    found = origin(str(tmp_path))
    assert found == {"git": {"dirty": False, "remoteURL": "<unknown>", "sha": "<no commits>"}}


def test_commit_remote_tag_and_changes_are_noted(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    _git(tmp_path, "tag", "v1")
    _git(tmp_path, "remote", "add", "origin", "https://ada:pw@git.example/x.git")
    (tmp_path / "new").write_text("")
    found = origin(str(tmp_path))
    assert found is not None
    assert found["git"]["remoteURL"] == "https://_redacted_@git.example/x.git"
    assert (found["git"]["dirty"], found["git"]["tags"], len(found["git"]["sha"])) == (True, ["v1"], 40)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/x", "https://host/x"),
        ("git@host:x", "git@host:x"),
        ("https://u:p@host/x", "https://_redacted_@host/x"),
        ("u@host:x", "_redacted_@host:x"),
    ],
)
def test_logins_in_remotes_are_redacted(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_of_what_fails_in_a_broken_repository_the_commit_is_told(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/gone\n")
    (tmp_path / ".git/index").write_text("not an index")
    with pytest.raises(BuildError, match="^Getting details from git for directory '.*': Checking HEAD commit: exit stat"):
        origin(str(tmp_path))


def test_a_bare_repository_has_no_status_to_tell(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "--bare")
    with pytest.raises(BuildError, match="Checking status: exit status 128"):
        origin(str(tmp_path))


def test_a_folder_within_a_work_tree_is_clean_only_as_a_whole(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x").write_text("")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "x")
    sha = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True).stdout.strip()
    assert origin(str(tmp_path / "app")) == {"git": {"dirty": False, "remoteURL": "<unknown>", "sha": sha}}
    (tmp_path / "other").write_text("")
    found = origin(str(tmp_path / "app"))
    assert found is not None
    assert found["git"]["dirty"]


def test_a_branch_without_commits_beside_others_is_an_error(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    _git(tmp_path, "checkout", "-q", "--orphan", "new")
    with pytest.raises(BuildError, match="Checking HEAD commit: exit status 128"):
        origin(str(tmp_path))
