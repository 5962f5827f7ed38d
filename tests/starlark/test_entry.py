"""Where a call that could not begin stands: seen of the reference with each of these functions."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from oakum.starlark import EvalError

Fails = Callable[..., EvalError]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x = v", 3), ("x = g", 3), ("return v", 3), ("x = (\n    v)", 4), ("x = [\n    v]", 4), ("x, y = v", 3), ("x = 1, v", 2),
        ("if v: x = 1", 3), ("if True: x = g", 2), ("if True or g: x = 1", 2), ("if not g: x = 1", 3),
        ("for i in g: x = i", 3), ("for i in [1]: x = g", 2), ("for i in range(2): x = g", 2),
        ("x = v if g else 1", 3), ("x = 1 if g else v", 3), ("x = 1 + 2", 2), ("x = -1", 2), ("x = -v", 3), ("x = v == 1", 3),
        ("x = '%s' % g", 2), ("x = 1 == g", 2), ("x = v.y.z()", 3), ("x = v[1:2]", 3), ("x = len(v)", 2), ("g(v)", 3),
        ("x = {}", 2), ("x = {'a': v}", 2), ("return {v: 1}", 2), ("x = [g]", 3), ("x = [q for q in g]", 2),
        ("x = {q: 1 for q in g}", 2), ("g[0] = 1", 2), ("g[0] = v", 3), ("v.x += 1", 3), ("v += 1", 3), ("x = lambda: 1", 3),
        ("x = lambda a=1: a", 3), ("def inner(): return 1", 3), ("def inner(b, a=1): return 1", 3),
        ("'doc'\n  x = g", 4), ("5\n  x = g", 4), ("True\n  x = g", 2), ("x = 1\n  g(v)", 2), ("return", 2), ("return None", 2),
    ],
)  # fmt: skip
def test_a_call_that_cannot_begin_is_told_at_the_first_look_up_or_the_def(fails: Fails, body: str, line: int) -> None:
    error = fails(f"g = [1]\ndef f(v):\n  {body}\nend\nf()")
    assert error.message == "function f missing 1 argument (v)"
    assert error.frames[0].line == line


def test_a_lambda_that_cannot_begin_is_told_where_its_value_begins(fails: Fails) -> None:
    assert fails("f = (lambda v:\n  v)\nf()").frames[0].line == 2
