import pytest

from oakum.errors import TemplateError
from oakum.template.files import FileKind, InputFile
from oakum.template.tree import Place, build_tree


def place(*paths: str, folder: str = "") -> Place:
    files = [InputFile(path, bytes, FileKind.YAML, order=order) for order, path in enumerate(paths)]
    root = build_tree(files)
    here = root.find_folder(folder.split("/")) if folder else root
    return Place(root, here)


def test_a_relative_path_starts_from_the_file() -> None:
    found, where = place("a/x.yml", "a/b/y.yml", folder="a").find_file("b/y.yml")
    assert found.path == "a/b/y.yml"
    assert where.folder.name == "b"


def test_an_absolute_path_starts_from_the_root() -> None:
    assert place("a/x.yml", "y.yml", folder="a").find_file("/y.yml")[0].path == "y.yml"


def test_a_private_library_becomes_the_root() -> None:
    library = place("_ytt_lib/a/b/x.star").find_library("a/b")
    assert library.find_file("/x.star")[0].path == "_ytt_lib/a/b/x.star"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nope.star", "Expected to find file 'nope.star' (hint: only files included via -f flag are available)"),
        ("_ytt_lib/a/x.star", "Expected to find file '_ytt_lib/a/x.star', but did not: Encountered private library '_ytt_lib'"),
    ],
)
def test_files_that_are_not_there_are_named(path: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        place("_ytt_lib/a/x.star").find_file(path)
    assert str(error.value) == message


def test_a_library_is_only_seen_from_its_own_folder() -> None:
    with pytest.raises(TemplateError, match="Could not find private library"):
        place("_ytt_lib/a/x.star", "sub/y.yml", folder="sub").find_library("a")


def test_a_folder_lists_its_own_files_first() -> None:
    assert place("b/x.yml", "a.yml", "b/c/y.yml").list_files("") == ["a.yml", "b/x.yml", "b/c/y.yml"]


def test_an_absolute_listing_keeps_its_slash() -> None:
    assert place("b/x.yml", "a.yml", folder="b").list_files("/b") == ["/x.yml"]
