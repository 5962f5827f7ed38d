"""The `ytt` program: its commands and flags."""
from __future__ import annotations

import gc

from oakum.cli.command import Command
from oakum.cli.flag import Flag, at_least
from oakum.cli.program import leave
from oakum.cli.program import main as run_main
from oakum.typing import NoReturn

_TEMPLATE = "Process YAML templates (deprecated; use top-level command -- e.g. `ytt -f-` instead of `ytt template -f-`)"
_STRICT = Flag("strict", "Configure to use _strict_ YAML subset", "bool", short="s")
_DEBUG = Flag("debug", "Enable debug output", "bool")


_TEMPLATE_FLAGS = (
    Flag("file", "File(s) to process {filepath, HTTP URL (may end in #sha256:DIGEST), or '-' (i.e. stdin)} "
         "(can be specified multiple times)", "array", short="f"),
    Flag("file-mark", "File mark (ie change file path, mark as non-template) (format: file:key=value) "
         "(can be specified multiple times)", "array"),
    Flag("output", "Configure output format. Can specify file format (yaml, json, pos) and/or schema type "
         "(openapi-v3, json-schema) (can be specified multiple times)", "strings", ["yaml"], short="o"),
    Flag("output-files", "Add output files to given directory"),
    Flag("dangerous-emptied-output-directory", "Delete given directory, and then create it with output files"),
    Flag("data-value", "Set specific data value to given value, as string (format: all.key1.subkey=123) "
         "(can be specified multiple times)", "array", short="v"),
    Flag("data-value-yaml", "Set specific data value to given value, parsed as YAML "
         "(format: all.key1.subkey=true) (can be specified multiple times)", "array"),
    Flag("data-value-file", "Set specific data value to contents of a file "
         "(format: [@lib1:]all.key1.subkey={file path, HTTP URL, or '-' (i.e. stdin)}) "
         "(can be specified multiple times)", "array"),
    Flag("data-values-env", "Extract data values (as strings) from prefixed env vars "
         "(format: PREFIX for PREFIX_all__key1=str) (can be specified multiple times)", "array"),
    Flag("data-values-env-yaml", "Extract data values (parsed as YAML) from prefixed env vars "
         "(format: PREFIX for PREFIX_all__key1=true) (can be specified multiple times)", "array"),
    Flag("data-values-file", "Set multiple data values via plain YAML files "
         "(format: [@lib1:]{file path, HTTP URL, or '-' (i.e. stdin)}) (can be specified multiple times)", "array"),
    Flag("data-values-inspect", "Determine the final data values (applying any overlays) and display that result",
         "bool"),
    Flag("data-values-schema-inspect", "Determine the complete schema for data values (applying any overlays) "
         "and display the result (as OpenAPI v3.0 or JSON Schema, see --output)", "bool"),
    Flag("explain-data-values", "Show each final data value with the file, line or flag that set it", "bool"),
    Flag("max-steps", "Bound on the loop iterations and calls of all templates (0: a generous one)", "int",
         check=at_least(0)),
    Flag("max-memory", "Bound in MiB on the memory of all templates (0: a generous one)", "int", check=at_least(0)),
    Flag("explain-calls", "When a template fails, show every call that led there, with file and line, and the nearest "
         "name to an unknown one", "bool"),
    Flag("explain-overlays", "When an overlay matches nothing, show what comes closest", "bool"),
    Flag("dangerous-data-values-disable-validation",
         "Skip validating data values (not recommended: may result in templates failing or invalid output)", "bool"),
    Flag("files-inspect", "Determine the set of files that would be processed and display that result", "bool"),
    Flag("keep-comments", "Keep the comments of YAML files in YAML output", "bool"),
    Flag("ignore-unknown-comments", "Configure whether unknown comments are considered as errors "
         "(comments that do not start with '#@' or '#!')", "bool"),
    Flag("implicit-map-key-overrides", "Configure whether implicit map keys overrides are allowed", "bool"),
    _STRICT,
    _DEBUG,
    Flag("bulk-in", "Accept files in bulk format"),
    Flag("bulk-out", "Output files in bulk format", "bool"),
    Flag("allow-symlink-destination", "File paths to which symlinks are allowed (can be specified multiple times)",
         "strings"),
    Flag("dangerous-allow-all-symlink-destinations", "Symlinks to all destinations are allowed", "bool"),
)  # fmt: skip

ROOT = Command(
    "ytt",
    long="ytt performs YAML templating.\n\nDocs: https://carvel.dev/ytt/docs/latest/\n"
    "Docs for data values: https://carvel.dev/ytt/docs/latest/ytt-data-values/\n",
    run="oakum.cli.ytt.template:run",
    flags=(*_TEMPLATE_FLAGS, Flag("version", "version for ytt", "bool")),
    commands=(
        Command("completion", "Generate the autocompletion script for the specified shell",
                run="oakum.cli.completion:run", arguments=None),
        Command("fmt", "Format YAML templates", run="oakum.cli.ytt.fmt:run",
                flags=(Flag("file", "File (ie local path, HTTP URL, -) (can be specified multiple times)", "array",
                            short="f"), _STRICT, _DEBUG)),
        Command("help", "Help about any command", run="oakum.cli.help:run", arguments=None),
        Command("template", _TEMPLATE, aliases=("t", "tpl"), run="oakum.cli.ytt.template:run", flags=_TEMPLATE_FLAGS),
        Command("version", "Print version", run="oakum.cli.ytt.version:run"),
    ),
)  # fmt: skip


def main() -> NoReturn:
    """Run `ytt` on the process's arguments and leave with its exit status."""
    # What a run makes it keeps to its end: looking for garbage only costs time. Where a template uses up its memory,
    # its meter looks.
    gc.disable()
    # Taking a run's nodes apart one by one would take as long as parsing them; the system takes memory back at once.
    leave(run_main(ROOT))
