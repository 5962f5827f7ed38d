"""`ytt fmt`: print YAML files again, with their comments."""
from __future__ import annotations

import sys

from oakum.cli.command import Invocation
from oakum.template.files import FileKind
from oakum.template.workspace.inputs import Inputs
from oakum.yaml.commented import format_documents
from oakum.yaml.parser import parse


def run(call: Invocation) -> None:
    """Print each YAML file that `-f` names. Raises OakumError, before anything is printed, for one that is wrong."""
    out = []
    files = Inputs().collect(call.flags["file"])
    if call.flags["debug"]:
        from oakum.cli.ytt.debug import describe

        sys.stderr.write(describe(files))
    for file in files:
        if file.kind is not FileKind.YAML:
            continue
        out.append(format_documents(parse(file.text, file.path, strict=call.flags["strict"])))
    sys.stdout.write("".join(out))
