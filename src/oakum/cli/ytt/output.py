"""Where the results of `ytt` go: standard output in one of its forms, a directory, or JSON for machines."""
from __future__ import annotations

import sys
from collections.abc import Iterable

from oakum.errors import UsageError
from oakum.record import NamedTuple
from oakum.template.files import PRIVATE, InputFile
from oakum.template.options import Result
from oakum.template.workspace.formats import FORMATS, print_yaml
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet

OPENAPI, JSON_SCHEMA = "openapi-v3", "json-schema"
_SCHEMAS = (OPENAPI, JSON_SCHEMA)
_EMPTIED = "dangerous-emptied-output-directory"
_NOT_ON_STDOUT = """
Warning: Found Non-YAML templates in input. Non-YAML templates are not rendered to standard output.
If you want to include those results, use the --output-files or --dangerous-emptied-output-directory flag.
"""


class Output(NamedTuple):
    """The form of output (a key of `FORMATS`) and where it goes: into `directory`, as bulk JSON, or printed.

    `schema_form` is the kind of document that a schema is shown as.
    """

    form: str = "yaml"
    directory: str = ""
    emptied: bool = False
    bulk: bool = False
    schema_form: str = OPENAPI
    comments: bool = False

    def files(self, files: Iterable[InputFile]) -> None:
        """Print the list of the files, those of private libraries left out; nothing when there are none."""
        paths = [ArrayItem(file.path) for file in files if PRIVATE not in file.path.split("/")]
        self._deliver(DocumentSet([Document(Array(paths))] if paths else []), [])

    def values(self, values: Document) -> None:
        """Print the final data values."""
        self._deliver(DocumentSet([values]), [])

    def schema(self, result: Result) -> None:
        """Print the schema of the data values as an OpenAPI document or a JSON Schema."""
        from oakum.template.schema import json_schema, openapi

        export = json_schema if self.schema_form == JSON_SCHEMA else openapi
        self._deliver(DocumentSet([export(result.schema.root if result.schema else None)]), [])

    def results(self, result: Result) -> None:
        """Write what the files came to. Raises OutputError."""
        if self.bulk or self.directory:
            self._deliver(DocumentSet([]), self._contents(result))
            return
        if result.texts:
            sys.stderr.write(_NOT_ON_STDOUT)
        self._deliver(DocumentSet([document for file in result.files for document in file.documents.items]), [])

    def _deliver(self, printed: DocumentSet, contents: list[tuple[str, str]]) -> None:
        """Write (path, text) pairs where files go to; where they do not, print the documents."""
        if self.bulk:
            from oakum.template.workspace.bulk import write_bulk

            sys.stdout.write(write_bulk(contents))
        elif self.directory:
            from oakum.template.workspace.directory import write_files

            write_files(self.directory, contents, lambda line: print(line), emptied=self.emptied)
        else:
            sys.stdout.write(self._yaml(printed) if self.form == "yaml" else FORMATS[self.form](printed))

    def _contents(self, result: Result) -> list[tuple[str, str]]:
        """Path and content of each result: texts first, then YAML."""
        texts = [(each.path, each.text) for each in result.texts]
        return [*texts, *((each.path, self._yaml(each.documents)) for each in result.files)]

    def _yaml(self, documents: DocumentSet) -> str:
        if not self.comments:
            return print_yaml(documents)
        from oakum.yaml.commented import emit_commented

        return emit_commented(documents)


def choose_output(flags: dict[str, Any]) -> Output:
    """The output that the flags ask for."""
    kinds = flags["output"]
    schema_form = next((kind for kind in kinds if kind in _SCHEMAS), OPENAPI)
    form = next((kind for kind in kinds if kind in FORMATS), "json" if schema_form == JSON_SCHEMA else "yaml")
    return Output(
        form,
        flags[_EMPTIED] or flags["output-files"],
        emptied=bool(flags[_EMPTIED]),
        bulk=flags["bulk-out"],
        schema_form=schema_form,
        comments=flags["keep-comments"],
    )


def check_kinds(flags: dict[str, Any]) -> None:
    """Raise UsageError for a kind of output that is unknown."""
    for kind in flags["output"]:
        if kind not in FORMATS and kind not in _SCHEMAS:
            raise UsageError(f"Unknown output type '{kind}'")


def check_schema_kind(flags: dict[str, Any]) -> None:
    """Raise UsageError when a schema is asked for without its kind, or its kind without a schema."""
    asked, kind = flags["data-values-schema-inspect"], any(kind in _SCHEMAS for kind in flags["output"])
    if asked and not kind:
        raise UsageError(
            "Data values schema export only supported in OpenAPI v3 format; "
            "specify format with --output=openapi-v3 flag"
        )
    if kind and not asked:
        raise UsageError(
            "Output type currently only supported for data values schema "
            "(i.e. include --data-values-schema-inspect)"
        )
