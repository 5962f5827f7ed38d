from pathlib import Path

import pytest

from oakum.template.workspace.errors import InputError
from oakum.template.workspace.inputs import Inputs
from oakum.template.workspace.symlinks import Symlinks


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("d", "real", "realm"):
        (tmp_path / name).mkdir()
    (tmp_path / "real/a.yml").write_text("a: 1")
    (tmp_path / "d/l.yml").symlink_to(tmp_path / "real/a.yml")


def test_a_link_is_refused_unless_its_destination_is_allowed() -> None:
    with pytest.raises(InputError) as error:
        Inputs().collect(["d"])
    assert str(error.value).startswith(
        "Listing files 'd': Checking symlink file 'd/l.yml': "
        f"Expected symlink file 'd/l.yml' -> '{Path.cwd()}/real/a.yml' to be allowed, but was not (hint: "
    )


@pytest.mark.parametrize(
    ("links", "shown"),
    [
        ({"d/x.yml": "../real/a.yml"}, "-> 'real/a.yml' to be allowed"),
        ({"d/x.yml": "y/../real/a.yml", "d/y": "../realm"}, "-> 'real/a.yml' to be allowed"),
        ({"d/x.yml": "../../../../../../../../../../.."}, "-> '../../../../../../../../../..' to be allowed"),
        ({"d/x.yml": "../nowhere"}, "Eval symlink: lstat d/../nowhere: no such file"),
        ({"d/x.yml": "nowhere"}, "Eval symlink: lstat d/nowhere: no such file"),
        ({"d/x.yml": "../real/a.yml/b"}, "Eval symlink: not a directory"),
        ({"d/x.yml": "y", "d/y": "x.yml"}, "Eval symlink: EvalSymlinks: too many links"),
    ],
)
def test_where_a_link_leads_is_shown_as_it_was_written(links: dict[str, str], shown: str) -> None:
    for name, target in links.items():
        Path(name).symlink_to(target)
    with pytest.raises(InputError) as error:
        Inputs().collect(["d/x.yml"])
    assert shown in str(error.value)


@pytest.mark.parametrize("symlinks", [Symlinks(("real",)), Symlinks(("/",)), Symlinks(anywhere=True)])
def test_an_allowed_link_is_followed(symlinks: Symlinks) -> None:
    assert [file.data for file in Inputs(symlinks).collect(["d", "d/l.yml"])] == [b"a: 1", b"a: 1"]


def test_destinations_are_compared_by_path_components() -> None:
    Path("d/m.yml").symlink_to(Path("realm/b.yml").absolute())
    Path("realm/b.yml").write_text("")
    with pytest.raises(InputError, match=r"d/m\.yml"):
        Inputs(Symlinks(("real",))).collect(["d"])


def test_a_broken_link_says_so() -> None:
    Path("gone.yml").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"^Checking symlink file 'gone.yml': Eval symlink: lstat .*nowhere: no such"):
        Inputs().collect(["gone.yml"])
