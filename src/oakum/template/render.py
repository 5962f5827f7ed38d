"""Templates, data values and overlays to documents and texts: what `ytt` does, as a call (ytt: mental model)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.starlark import Meter
from oakum.template.builtin import Modules
from oakum.template.evaluation import Flavour, Run
from oakum.template.files import InputFile
from oakum.template.flags import flag_values
from oakum.template.library import Given, Library
from oakum.template.options import DataValueFlags, Options, Result
from oakum.template.tree import Place, build_tree


def render(
    files: Iterable[InputFile], values: DataValueFlags | None = None, options: Options | None = None
) -> Result:
    """Evaluate `files` with data values from them and from flags.

    Returns nodes, not text, each with the file and line it came from. Raises an OakumError whose text is the message.
    """
    options = options or Options()
    given = Given(tuple(flag_values(values, strict=options.strict))) if values else Given()
    root = build_tree(list(files))
    flavour = Flavour(options.strict, options.ignore_unknown_comments, options.implicit_map_key_overrides)
    library = Library(
        Run(options, _meter(options)), Place(root, root), flavour, given, options.disable_validation, Modules
    )
    return library.evaluate()


def _meter(options: Options) -> Meter:
    bounds = {"max_steps": options.max_steps, "max_memory": options.max_memory}
    return Meter(**{name: bound for name, bound in bounds.items() if bound is not None})
