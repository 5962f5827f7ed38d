"""The built-in names of every program: exactly those of ytt's dialect."""
from __future__ import annotations

import math
from collections.abc import Callable

from oakum.starlark.attributes import attributes, get_attr
from oakum.starlark.binding import invoke
from oakum.starlark.collection_methods import update
from oakum.starlark.comparison import compare
from oakum.starlark.errors import Failure
from oakum.starlark.floats import parse_float
from oakum.starlark.iteration import elements_or_none, iterate
from oakum.starlark.literals import decimal, in_base
from oakum.starlark.meter import charge
from oakum.starlark.rendering import repr_text, text
from oakum.starlark.strings import code_point, length
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Builtin, Dict, List, Set, Struct, is_callable, prefixed
from oakum.starlark.wanted import fits_int32, flag, integer, iterable, string, wanted
from oakum.typing import Any

_MISSING = object()
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _collected(value: Any, parameter: int | str = 1) -> list[Any]:
    """The elements of an iterable argument as a Python list."""
    return list(iterable(value, parameter))


def _any(items: Any, /) -> bool:
    return any(iterable(items, 1))


def _all(items: Any, /) -> bool:
    return all(iterable(items, 1))


def _bool(value: Any = False, /) -> bool:
    return bool(value)


def _chr(code: Any, /) -> str:
    value = code
    if type(value) is not int or not fits_int32(value):
        raise Failure(f"got {type_name(value)}, want int")
    if value < 0:
        raise Failure(f"Unicode code point {value} out of range (<0)")
    if value > 0x10FFFF:
        raise Failure(f"Unicode code point U+{value:X} out of range (>0x10FFFF)")
    return "\ufffd" if 0xD800 <= value <= 0xDFFF else chr(value)


def _dict(*pairs: Any, **more: Any) -> Dict:
    if len(pairs) > 1:
        raise Failure(f"got {len(pairs)} arguments, want at most 1")
    made = Dict()
    update(made, pairs, more)
    return made


def _dir(value: Any, /) -> List:
    names = list(attributes(value))
    charge(4 * len(names))
    return List(sorted(names))


def _enumerate(items: Any, start: Any = 0, /) -> List:
    first = integer(start, 2)
    return List(enumerate(_collected(items), first))


def _fail(*arguments: Any, sep: Any = " ") -> None:
    raise Failure(string(sep, '"sep"').join(map(text, arguments)))


def _float(*arguments: Any, **keywords: Any) -> float:
    if keywords:
        raise Failure("float does not accept keyword arguments")
    if len(arguments) > 1:
        raise Failure(f"float got {len(arguments)} arguments, wants 1")
    value: Any = arguments[0] if arguments else 0.0
    kind = type(value)
    if kind is bool or kind is int:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if kind is float:
        return value  # type: ignore[no-any-return]  # its type was just looked at
    if kind is not str:
        raise Failure(f"float got {type_name(value)}, want number or string")
    return parse_float(value)


def _getattr(value: Any, name: Any, default: Any = _MISSING, /) -> Any:
    wanted_name = string(name, 2)
    try:
        return get_attr(value, wanted_name)
    except Failure:
        if default is _MISSING:
            raise
        return default


def _hasattr(value: Any, name: Any, /) -> bool:
    try:
        get_attr(value, string(name, 2))
    except Failure:
        return False
    return True


def _hash(value: Any, /) -> int:
    result = 0
    charge(2 * len(string(value, 1)))
    for char in string(value, 1):
        result = (31 * result + code_point(char)) & 0xFFFFFFFF
    return result - (1 << 32) if result >> 31 else result


def _int(x: Any, base: Any = _MISSING) -> int:
    kind = type(x)
    if kind is str:
        return _parsed(x, 10 if base is _MISSING else base)
    if base is not _MISSING:
        raise Failure("can't convert non-string with explicit base")
    if kind is bool or kind is int:
        return int(x)
    if kind is not float:
        raise Failure(f"cannot convert {type_name(x)} to int")
    if not math.isfinite(x):
        raise Failure(f"cannot convert float {'NaN' if x != x else 'infinity'} to integer")
    return int(x)


def _parsed(value: str, base: Any) -> int:
    if type(base) is not int or (base != 0 and not 2 <= base <= 36):
        raise Failure("base must be an integer >= 2 && <= 36")
    charge(len(value) * len(value) >> 10)
    digits = value.lower()
    sign = -1 if digits[:1] == "-" else 1
    digits = digits.removeprefix("-") if sign < 0 else digits.removeprefix("+")
    prefix = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2])
    if prefix is not None and base in (0, prefix) and len(digits) > 2:
        digits, base = digits[2:], prefix
    elif base == 0 and (digits[:1] != "0" or not digits.strip("0")):
        base = 10
    allowed = _DIGITS[:base]
    if not digits or any(digit not in allowed for digit in digits):
        raise Failure(f"invalid literal with base {base}: {value}")
    return sign * (decimal(digits) if base == 10 else in_base(digits, base))


def _len(value: Any, /) -> int:
    kind = type(value)
    if kind is str:
        return length(value)
    if kind in (List, Dict, tuple, range, Set, Struct):
        return len(value)
    own = getattr(kind, "starlark_len", None)
    if own is None:
        raise Failure(f"value of type {type_name(value)} has no len")
    return int(own(value))


def _list(items: Any = (), /) -> List:
    return List(_collected(items))


def _extreme(name: str, symbol: str) -> Callable[..., Any]:
    def find(*arguments: Any, key: Any = _MISSING, **unknown: Any) -> Any:
        if not arguments:
            raise Failure(f"{name} requires at least one positional argument")
        if key is not _MISSING and not is_callable(key):
            raise Failure(f'{name}: for parameter "key": got {type_name(key)}, want callable')
        if unknown:
            raise Failure(f'{name}: unexpected keyword argument "{next(iter(unknown))}"')
        items = elements_or_none(arguments[0]) if len(arguments) == 1 else arguments
        if items is None:
            raise Failure(f"{name}: {type_name(arguments[0])} value is not iterable")
        items = list(items)
        charge(4 * len(items))
        best: Any = _MISSING
        rank: Any = None
        for item in items:
            measure = item if key is _MISSING else invoke(key, item)
            if best is _MISSING or _ranks(name, symbol, measure, rank):
                best, rank = item, measure
        if best is _MISSING:
            raise Failure(f"{name}: argument is an empty sequence")
        return best

    return find


def _ranks(name: str, symbol: str, a: Any, b: Any) -> bool:
    try:
        return compare(symbol, a, b)
    except Failure as error:
        raise prefixed(name, error) from None


def _ord(value: Any, /) -> int:
    if type(value) is not str:
        raise Failure(f"got {type_name(value)}, want string")
    if len(value) != 1:
        raise Failure(f"string encodes {len(value)} Unicode code points, want 1")
    return code_point(value)


def _range(start: Any, stop: Any = _MISSING, step: Any = 1, /) -> range:
    first, last = integer(start, 1), 0
    if stop is _MISSING:
        first, last = 0, first
    else:
        last = integer(stop, 2)
    stride = integer(step, 3)
    if stride == 0:
        raise Failure("step argument must not be zero")
    return range(first, last, stride)


def _reversed(items: Any, /) -> List:
    return List(reversed(_collected(items)))


def _set(items: Any = (), /) -> Set:
    return Set(_collected(items))


class _Rank:
    """Orders by Starlark's `<`."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Rank) -> bool:
        return compare("<", self.value, other.value)


def _sorted(iterable: Any, key: Any = _MISSING, reverse: Any = False) -> List:
    try:
        items = _collected(iterable, "iterable")
        if key is not _MISSING and not is_callable(key):
            raise wanted(key, '"key"', "callable")
        backwards = flag(reverse, '"reverse"')
    except Failure as error:
        raise prefixed("sorted", error) from None
    charge(len(items))
    kinds = {type(item) for item in items}
    if key is _MISSING and (kinds <= {int} or (kinds == {str} and all(map(str.isascii, items)))):
        charge(sum(map(len, items)) >> 4 if kinds == {str} else 0)
        charge(len(items) * len(items).bit_length() >> (0 if kinds == {str} else 2))
        return List(sorted(items, reverse=backwards))
    charge(8 * len(items) * len(items).bit_length())
    measure = _Rank if key is _MISSING else lambda item: _Rank(invoke(key, item))
    return List(sorted(items, key=measure, reverse=backwards))


def _exactly_one(arguments: tuple[Any, ...]) -> Any:
    if len(arguments) != 1:
        raise Failure(f"got {len(arguments)} arguments, want exactly 1")
    return arguments[0]


def _str(*arguments: Any) -> str:
    return text(_exactly_one(arguments))


def _repr(value: Any, /) -> str:
    return repr_text(value)


def _tuple(items: Any = (), /) -> tuple[Any, ...]:
    return tuple(_collected(items))


def _type(*arguments: Any) -> str:
    return type_name(_exactly_one(arguments))


def _zip(*arguments: Any) -> List:
    columns = []
    for index, argument in enumerate(arguments, 1):
        items = elements_or_none(argument)
        if items is None:
            raise Failure(f"argument #{index} is not iterable: {type_name(argument)}")
        columns.append(items)
    return List(zip(*map(iterate, arguments), strict=False) if columns else ())


def _print(*arguments: Any, sep: Any = " ") -> str:
    return string(sep, '"sep"').join(map(text, arguments))


def printer(sink: Callable[[str], object]) -> Builtin:
    """The `print` that hands lines to `sink`."""

    def show(*arguments: Any, sep: Any = " ") -> None:
        sink(_print(*arguments, sep=sep))

    return Builtin("print", show)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "any": _any,
    "all": _all,
    "bool": _bool,
    "chr": _chr,
    "dict": _dict,
    "dir": _dir,
    "enumerate": _enumerate,
    "fail": _fail,
    "float": _float,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "hash": _hash,
    "int": _int,
    "len": _len,
    "list": _list,
    "max": _extreme("max", ">"),
    "min": _extreme("min", "<"),
    "ord": _ord,
    "print": _print,
    "range": _range,
    "repr": _repr,
    "reversed": _reversed,
    "set": _set,
    "sorted": _sorted,
    "str": _str,
    "tuple": _tuple,
    "type": _type,
    "zip": _zip,
}
# Three of these keep the message and the frames of what they call, so they prefix only what is theirs; one has its own.
_OWN_PREFIX = frozenset(["float", "max", "min", "sorted"])
UNIVERSE: dict[str, Any] = {
    name: Builtin(name, function, prefix=name not in _OWN_PREFIX) for name, function in _FUNCTIONS.items()
}
"""Every universal name and its value, but for None, True and False, which are constants."""
