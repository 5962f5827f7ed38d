from __future__ import annotations

import os
from pathlib import Path

import pytest

from oakum.deploy.errors import InputError
from oakum.deploy.input import open_sources


def test_a_folder_that_may_not_be_read_is_an_error_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d/closed").mkdir(parents=True)
    Path("d/closed").chmod(0)
    tmp_path.chmod(0o755)
    user = os.geteuid()
    if not user:
        os.seteuid(65534)  # root reads everything
    try:
        with pytest.raises(InputError, match="^Listing files 'd': open d/closed: permission denied$"):
            list(open_sources(["d"]))
    finally:
        os.seteuid(user)
