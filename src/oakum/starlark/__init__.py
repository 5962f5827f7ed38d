"""Starlark in ytt's dialect, run as CPython bytecode.

    from oakum.starlark import Builtin, Meter, Thread, compile_program

    program = compile_program(text, "config.yml", predeclared={"double"})
    module = program.run({"double": Builtin("double", lambda x: x * 2)}, Thread(print=sys.stderr.write))

**Compile.** `compile_program(source, name, *, predeclared=(), steps=None)` scans, parses, resolves and compiles in one
go. Blocks end at `end`, indentation means nothing. Raises `SyntaxErrors` (one message) or `ResolveErrors` (all of
them); both have `.errors`, a list of `Problem(message, line)`. Lines count from 1 in `source`, also in frames: a
caller that generates its source keeps the map to the lines of its template.

`Program.loads` lists the `Load(module, symbols, line)` statements; `Program.globals` the names bound at the top.
`Program.run(predeclared, thread)` runs the top level and returns the module's globals, a dict of names to values (every
name bound, `_private` ones too); `freeze(value)` freezes what a `load` hands out.

**Steps: trusted code between the lines.** A template is one program in which node construction alternates with code.
`steps=Steps(lines, builders, wrap)` says: on the line numbers in `lines`, a statement that *begins the line* and calls
a name in `builders` (`name(...)`, arguments parsed as the user's expressions, errors as for any call) is not a call but
is replaced by the Python statements that `builders[name](call)` returns. `call` is a `StepCall`: `.line`, `.args` (list
of `ast.expr`, already checked and compiled to safe code), `.keywords` (list of `ast.keyword`), `.star` and `.double`
(the `*` and `**` arguments, or None), `.function` (a `Scope`: one object per enclosing `def`, the same for the whole
top level; `.state` is a dict free for the builder, e.g. the stack of open nodes; `.name`, `.parent`). Each argument may
be evaluated once, in order. `wrap(body, function)` gets the finished statements of each `def` body and of the top level
and returns what to compile instead (prologue and epilogue; `return` of user code stays a plain Python `return`).
In built statements use `name(id, line)`, `assign(id, value, line)`, `call(function_id, args, line)` and so on of
`oakum.starlark.build`, with ids that start with a dot (`".node3"`): no user's name can equal them. Dotted ids that are
assigned are fast locals of their function (at the top level too); others are read from the mapping given to
`Program.run`, whose dotted entries are visible to steps only. Any Python object may be bound there: steps are trusted.
`build` sets positions: the line of an error's frame is the line of the Python code that ran.

**Run.** `Thread(print=..., load=..., meter=...)`: `print(text)` gets each line without newline; `load(module)` returns
a mapping of names to values or raises Failure with the whole message; `Meter(max_steps, max_memory)` is shared between
the threads of one run.
`call(function, args=(), kwargs=None)` calls any Starlark callable from the host; errors come out as `EvalError`.

**Values.** None, bool, int, float, str (byte strings: UTF-8, stray bytes by surrogateescape), tuple and range are
Python's; `List(list)`, `Dict(dict)`, `Set`, `Struct`, `Module`, user functions (Python functions), `Builtin(name, fn)`.
`type_name(v)`, `equal(a, b)`, `compare(op, a, b)`, `text(v)` (`str`), `repr_text(v)`, `iterate(v)` (the elements of any
iterable, else Failure), `freeze(v)`, `make_dict(pairs)`; truth is Python's `bool(v)`. Read a Dict through `.items()`,
`.names()` (its keys), `.find(key, default)` and write with `.put(key, value)`: `True` is not 1 there.
A host value is any object with some of these methods; what is missing gives Starlark's own error:

    starlark_type            str, a class attribute (required)
    starlark_attr(name)      value; raise AttributeError for none
    starlark_attrs()         list of attribute names (for `dir` and spelling hints)
    starlark_index(key)      value of `x[key]`
    starlark_slice(a, b, c)  value of `x[a:b:c]`, None where left out
    starlark_set_index(k, v) `x[k] = v`
    starlark_contains(key)   `key in x`
    starlark_iterate()       an iterator over `x`
    starlark_len()           int
    __bool__() or __len__()  Python's own truth (default True)
    starlark_str()           str(x) and repr(x)
    starlark_items()         (key, value) pairs: makes it a mapping for `**x` and `dict(x)`
    starlark_equal(other)    bool, or raises (default: identity)
    __call__() with starlark_call = True: makes it callable
    starlark_hashable = True         lets it be a dict key, by Python's hash and equality
    starlark_freeze()        called once when frozen

**Errors.** Host functions raise `Failure(message)`. A `Builtin` prefixes its name (`assert.fail: fail: boom`) unless
made with `prefix=False`. `Program.run` and `call` raise `EvalError(message, frames)`: `frames` innermost first, each
`Frame(function, file, line)`, function `<toplevel>`, `lambda` or the name of a `def`.
"""

from oakum.late import imported
from oakum.starlark.comparison import compare, equal
from oakum.starlark.errors import (
    BudgetError,
    CompileErrors,
    EvalError,
    Failure,
    Frame,
    Panic,
    Problem,
    ResolveErrors,
    SyntaxErrors,
    UnknownKey,
)
from oakum.starlark.failure import message_of
from oakum.starlark.iteration import elements as iterate
from oakum.starlark.meter import Meter
from oakum.starlark.program import Load, Program, Thread, call
from oakum.starlark.rendering import repr_text, text
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Builtin, Dict, List, Module, Set, Struct, freeze, is_callable, make_dict
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.starlark.compiler import compile_program
    from oakum.starlark.statements import StepCall, Steps

__all__ = [
    "BudgetError",
    "Builtin",
    "CompileErrors",
    "Dict",
    "EvalError",
    "Failure",
    "Frame",
    "List",
    "Load",
    "Meter",
    "Module",
    "Panic",
    "Problem",
    "Program",
    "ResolveErrors",
    "Set",
    "StepCall",
    "Steps",
    "Struct",
    "SyntaxErrors",
    "Thread",
    "UnknownKey",
    "call",
    "compare",
    "compile_program",
    "equal",
    "freeze",
    "is_callable",
    "iterate",
    "make_dict",
    "message_of",
    "repr_text",
    "text",
    "type_name",
]

_COMPILER = {"compile_program": "compiler", "StepCall": "statements", "Steps": "statements"}


def __getattr__(name: str) -> Any:
    """What compiles is read when it is first asked for: a run of templates that were kept compiles nothing."""
    if name not in _COMPILER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return imported(f"{__name__}.{_COMPILER[name]}:{name}")
