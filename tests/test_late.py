"""What is imported when it is first needed."""
import subprocess
import sys

import pytest

from oakum.late import imported


def test_a_name_is_found_in_the_module_that_is_named_before_it() -> None:
    assert imported("oakum.late:imported") is imported


def test_a_module_or_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        imported("oakum.nowhere:name")
    with pytest.raises(AttributeError):
        imported("oakum.late:nowhere")


def test_the_names_of_annotations_come_without_typing() -> None:
    code = "import sys, oakum.typing, oakum.record; sys.exit('typing' in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
