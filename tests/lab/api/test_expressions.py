from typing import Any

import pytest

from oakum.lab.api.custom.expressions import ExpressionError, NotCovered, evaluate

SELF = {"n": 3, "s": "abc", "l": [1, 2, 3], "m": {"a": 1}, "o": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("self.n + 1 == 4 && self.s.startsWith('a')", True),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("self.l.all(x, x > 0)", True),
        ("self.l.exists(x, x == 3)", True),
        ("self.l.exists_one(x, x > 1)", False),
        ("self.l.map(x, x * 2)", [2, 4, 6]),
        ("self.l.filter(x, x != 2)", [1, 3]),
        ("has(self.m.a) && !has(self.m.b)", True),
        ("has(self.none) ? 1 : 2", 2),
        ("'a' in self.m", True),
        ("2 in self.l", True),
        ("size(self.s) + self.l.size()", 6),
        ("self.s.matches('^a.c$')", True),
        ("self.o.all(i, self.o.exists_one(j, j.k == i.k))", True),
        ("true || self.none", True),
        ("self.none || true", True),
        ("false && self.none", False),
        ("['b', 'a'].isSorted()", False),
        ("'a,b'.split(',')[1]", "b"),
        ("{'a': 1}.a", 1),
        ("1 == true", False),
        ("duration('1h30m') > duration('89m')", True),
        ("duration('90s').getMinutes()", 1),
        ("timestamp('2020-01-02T03:04:05Z') - timestamp('2020-01-02T03:04:00Z') == duration('5s')", True),
        ("timestamp('2020-01-05T00:00:00Z').getDayOfWeek()", 0),
        ("quantity('1Gi').isGreaterThan(quantity('1000Mi'))", True),
        ("quantity('1500m').add(quantity('500m')).asInteger()", 2),
        ("isQuantity('much')", False),
        (r"'a\'b' == \"a'b\"".replace('\\"', '"'), True),
    ],
)
def test_expressions(source: str, wanted: Any) -> None:
    assert evaluate(source, {"self": SELF}) == wanted


@pytest.mark.parametrize(
    "source", ["self.none", "nothing", "self.s + 1", "1 / 0", "(", "duration('soon')", "quantity('much')", "timestamp('then')", "self.s.fly()", "self.n && true"]
)
def test_what_cannot_be_evaluated_says_so(source: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(source, {"self": SELF})


def test_a_function_outside_the_evaluator_is_told_apart_from_a_failure() -> None:
    with pytest.raises(NotCovered):
        evaluate("cidr('10.0.0.0/8').containsIP(self.s)", {"self": SELF})
