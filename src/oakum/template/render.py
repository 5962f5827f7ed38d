"""Templates, data values and overlays to documents and texts: what `ytt` does, as a call (ytt: mental model)."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.errors import OakumError
from oakum.template.files import InputFile
from oakum.template.options import DataValueFlags, Options, Result
from oakum.template.plain import is_plain, render_plain
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.starlark import Meter
    from oakum.template.values import ValuesDocument


def render(
    files: Iterable[InputFile], values: DataValueFlags | None = None, options: Options | None = None
) -> Result:
    """Evaluate `files` with data values from them and from flags.

    Returns nodes, not text, each with the file and line it came from. Raises an OakumError whose text is the message.
    """
    files = list(files)
    options = options or Options()
    if not options.stop_after and not (values and values.given) and is_plain(files):
        return render_plain(files, strict=options.strict)
    return _evaluate(files, values, options)


def _evaluate(files: list[InputFile], values: DataValueFlags | None, options: Options) -> Result:
    # Imported where it is needed: runs without templates start without it.
    from oakum.starlark.meter import active
    from oakum.template.builtin import Modules
    from oakum.template.evaluation import Flavour, Run
    from oakum.template.library import Given, Library
    from oakum.template.tree import Place, build_tree

    given = Given(_values(values, options)) if values and values.given else Given()
    root = build_tree(files)
    flavour = Flavour(options.strict, options.ignore_unknown_comments, options.implicit_map_key_overrides)
    run = Run(options, _meter(options))
    library = Library(run, Place(root, root), flavour, given, options.disable_validation, Modules, once=True)
    # In force between the programs too: schemas and overlays copy what programs made.
    undo = active(run.meter)
    try:
        return library.evaluate()
    except OakumError as error:
        if not options.explain_calls:
            raise
        from oakum.template.calls import explained

        raise explained(error, run.programs) from error
    finally:
        undo()


def _values(flags: DataValueFlags, options: Options) -> tuple[ValuesDocument, ...]:
    from oakum.template.flags import flag_values

    return tuple(flag_values(flags, strict=options.strict))


def _meter(options: Options) -> Meter:
    from oakum.starlark import Meter

    bounds = {"max_steps": options.max_steps, "max_memory": options.max_memory}
    return Meter(**{name: bound for name, bound in bounds.items() if bound is not None})
