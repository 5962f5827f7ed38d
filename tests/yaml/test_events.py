from __future__ import annotations

import subprocess
import sys


def test_a_library_that_was_built_without_its_parser_is_named_with_what_to_do() -> None:
    code = ("import sys; sys.modules['yaml._yaml'] = None; sys.argv = ['ytt', '-f-']; "
            "from oakum.cli.start import ytt; sys.exit(ytt())")
    done = subprocess.run([sys.executable, "-c", code], input="a: [1, {b: &c 2}]\n", capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ytt: Error:")
    assert "PyYAML was built without libyaml" in done.stderr
    assert "Traceback" not in done.stderr
