from pathlib import Path

import pytest

from oakum.lab.node.sandbox.roots import resolve


def test_links_are_followed_inside_the_root_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "absolute").symlink_to("/etc")
    (root / "up").symlink_to("../../../etc")
    (root / "chain").symlink_to("absolute/../up")
    for path in ("/absolute/x", "/up/x", "/chain/x", "/../../etc/x", "etc/./x"):
        assert resolve(str(root), path) == str(root / "etc/x")


def test_a_circle_of_links_ends_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="too many symbolic links"):
        resolve(str(tmp_path), "/a/x")
