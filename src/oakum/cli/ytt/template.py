"""`ytt [template]`: evaluate templates and print or write what they come to."""
from __future__ import annotations

import os
import sys

from oakum import cache
from oakum.cli.command import Invocation
from oakum.cli.ytt.output import check_kinds, check_schema_kind, choose_output
from oakum.errors import OakumError, UsageError
from oakum.template.files import InputFile
from oakum.template.options import DataValueFlags, Options, Result
from oakum.template.workspace.inputs import Inputs
from oakum.template.workspace.symlinks import Symlinks
from oakum.typing import Any


def run(call: Invocation) -> None:
    """Evaluate the files that the flags name. Raises OakumError."""
    flags = call.flags
    if flags.get("version"):
        from oakum.cli.ytt.version import version_text

        sys.stdout.write(version_text())
        return
    symlinks = Symlinks(tuple(flags["allow-symlink-destination"]), flags["dangerous-allow-all-symlink-destinations"])
    inputs = Inputs(symlinks)
    files = collect(flags, inputs)
    if not flags["bulk-out"]:
        _run(files, flags, inputs)
        return
    from oakum.template.workspace.bulk import write_bulk_error

    try:
        _run(files, flags, inputs)
    except OakumError as error:
        sys.stdout.write(write_bulk_error(str(error)))


def _run(files: list[InputFile], flags: dict[str, Any], inputs: Inputs) -> None:
    files = marked(files, flags)
    if flags["debug"]:
        from oakum.cli.ytt.debug import describe

        sys.stderr.write(describe(files))
    output = choose_output(flags)
    if flags["files-inspect"]:
        if not output.bulk:
            check_kinds(flags)
        output.files(files)
        return
    try:
        check_kinds(flags)
        check_schema_kind(flags)
    except UsageError:
        # What is wrong with the files or the schema is told first.
        evaluate(files, flags, inputs, stop_after="schema")
        raise
    result = evaluate(files, flags, inputs)
    if flags["explain-data-values"]:
        from oakum.template.explain import explain

        sys.stdout.writelines(line + "\n" for line in explain(result.values))
    elif flags["data-values-schema-inspect"]:
        output.schema(result)
    elif flags["data-values-inspect"]:
        output.values(result.values)
    else:
        if flags["keep-comments"]:
            from oakum.template.workspace.comments import restore_comments

            restore_comments(result, files)
        output.results(result)


def _last_stage(flags: dict[str, Any]) -> str:
    """Where a run ends that only inspects (`Options.stop_after`)."""
    if flags["data-values-schema-inspect"] and not flags["explain-data-values"]:
        return "schema"
    return "values" if flags["data-values-inspect"] or flags["explain-data-values"] else ""


def _cache_folder() -> str:
    """Where compiled templates are kept (XDG Base Directory Specification); empty when nowhere: OAKUM_CACHE=off."""
    folder = cache.folder(os.environ, "templates")
    return "" if os.environ.get("OAKUM_CACHE") == "off" or not os.path.isabs(folder) else folder


def collect(flags: dict[str, Any], inputs: Inputs) -> list[InputFile]:
    """The files that the flags name. Raises OakumError."""
    if flags["bulk-in"]:
        from oakum.template.workspace.bulk import read_bulk

        return read_bulk(flags["bulk-in"])
    return inputs.collect(flags["file"])


def marked(files: list[InputFile], flags: dict[str, Any]) -> list[InputFile]:
    """`files` as the file marks of the flags change them. Raises OakumError."""
    if not flags["file-mark"]:
        return files
    from oakum.template.workspace.marks import apply_marks

    return apply_marks(files, flags["file-mark"])


def evaluate(files: list[InputFile], flags: dict[str, Any], inputs: Inputs, stop_after: str = "") -> Result:
    """What `files` come to with the data values and options of the flags. Raises OakumError.

    `stop_after` is that of `Options`; where it is empty the flags decide.
    """
    from oakum.template.render import render

    options = Options(
        strict=flags["strict"],
        ignore_unknown_comments=flags["ignore-unknown-comments"],
        implicit_map_key_overrides=flags["implicit-map-key-overrides"],
        disable_validation=flags["dangerous-data-values-disable-validation"],
        stop_after=stop_after or _last_stage(flags),
        explain_calls=flags["explain-calls"],
        explain_overlays=flags["explain-overlays"],
        cache=_cache_folder(),
        max_steps=flags["max-steps"] or None,
        max_memory=(flags["max-memory"] << 20) or None,
    )
    values = DataValueFlags(
        files=tuple(flags["data-values-file"]),
        env=tuple(flags["data-values-env"]),
        env_yaml=tuple(flags["data-values-env-yaml"]),
        values=tuple(flags["data-value"]),
        yaml_values=tuple(flags["data-value-yaml"]),
        value_files=tuple(flags["data-value-file"]),
        environ=os.environ,
        read=inputs.find,
    )
    return render(files, values, options)
