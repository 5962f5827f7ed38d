"""Methods of strings. Offsets are in bytes; failures carry no method name yet: the caller adds it.

Text that is not ASCII is worked on as one character per byte (Latin-1), so that Python's own methods count bytes.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator

from oakum.starlark.errors import Failure, NamedFailure
from oakum.starlark.formatting import format_string
from oakum.starlark.meter import charge, reserve
from oakum.starlark.rendering import quote
from oakum.starlark.strings import SPACE, code_point, from_bytes, is_cased, joined, simple_case, simple_title, to_bytes
from oakum.starlark.typenames import type_name
from oakum.starlark.values import List
from oakum.starlark.wanted import flag, index_or_none, integer, iterable, string
from oakum.typing import Any

_STRAY = "".join(map(chr, range(0xDC80, 0xDD00)))
_CONTROL_SPACE = frozenset("\x1c\x1d\x1e\x1f")
# Python, unlike Go, splits at these four: they hide behind code points that no string here holds.
_HIDDEN = {code: 0xD800 + code for code in range(0x1C, 0x20)}
_SHOWN = {hidden: code for code, hidden in _HIDDEN.items()}


def _view(text: str) -> str:
    """`text` with one character per byte."""
    return text if text.isascii() else to_bytes(text).decode("latin-1")


def _from_view(view: str) -> str:
    return view if view.isascii() else from_bytes(view.encode("latin-1"))


class Characters:
    """What `elems`, `elem_ords`, `codepoints` and `codepoint_ords` give: iterable, made as it is read."""

    __slots__ = ("method", "source")
    is_unsized = True

    def __init__(self, source: str, method: str) -> None:
        self.source = source
        self.method = method

    @property
    def starlark_type(self) -> str:
        """The type's name."""
        return "elems" if self.method.startswith("elem") else "codepoints"

    def starlark_str(self) -> str:
        """As `repr` writes it."""
        return f"{quote(self.source)}.{self.method}()"

    def starlark_iterate(self) -> Iterator[Any]:
        """The elements."""
        charge(2 * len(self.source))
        reserve(8 * len(self.source))
        if self.method == "codepoints":
            return iter(self.source)
        if self.method == "codepoint_ords":
            return map(code_point, self.source)
        raw = to_bytes(self.source)
        return iter(raw) if self.method == "elem_ords" else (from_bytes(bytes([byte])) for byte in raw)


def _characters(method: str) -> Callable[[str], Characters]:
    def make(self: str, /) -> Characters:
        return Characters(self, method)

    return make


def _capitalize(self: str, /) -> str:
    return simple_title(self[:1]) + simple_case(self[1:], False)


def _title(self: str, /) -> str:
    charge(8 * len(self))
    made: list[str] = []
    cased = False
    for char in self:
        made.append(simple_case(char, False) if cased else simple_title(char))
        cased = is_cased(char) or char == "ı"
    return "".join(made)


def _istitle(self: str, /) -> bool:
    from unicodedata import category

    charge(2 * len(self))
    cased = inside = False
    for char in self:
        kind = category(char)
        begins = "A" <= char <= "Z" or kind == "Lt"  # go-starlark knows no other capitals here
        if inside if begins else kind == "Lu" or (kind == "Ll" and not inside):
            return False
        inside = begins or kind == "Ll"
        cased = cased or inside
    return cased


def _bounds(start: Any, end: Any) -> tuple[int | None, int | None]:
    return index_or_none(start, "start"), index_or_none(end, "end")


def _count(self: str, part: Any, start: Any = None, end: Any = None, /) -> int:
    wanted = string(part, 1)
    first, last = _bounds(start, end)
    if first is None and last is None:
        return self.count(wanted)
    inside = _view(self)[first:last]
    return inside.count(_view(wanted)) if wanted else len(_from_view(inside)) + 1


def _finder(name: str) -> Callable[..., int]:
    backwards, must = name.startswith("r"), name.endswith("index")

    def find(self: str, part: Any, start: Any = None, end: Any = None, /) -> int:
        wanted = _view(string(part, 1))
        first, last = _bounds(start, end)
        view = _view(self)
        low, high, _ = slice(first, last).indices(len(view))
        high = max(low, high)
        found = view.rfind(wanted, low, high) if backwards else view.find(wanted, low, high)
        if found < 0 and must:
            raise Failure("substring not found")
        return found

    return find


def _affix(name: str) -> Callable[..., bool]:
    test: Callable[[str, str], bool] = getattr(str, name)

    def check(self: str, affix: Any, start: Any = None, end: Any = None, /) -> bool:
        first, last = _bounds(start, end)
        view = self if first is None and last is None else _from_view(_view(self)[first:last])
        if type(affix) is str:
            return test(view, affix)
        if type(affix) is not tuple:
            raise Failure(f"got {type_name(affix)}, want string or tuple of string")
        charge(len(affix))
        for index, one in enumerate(affix):
            if type(one) is not str:
                raise Failure(f"want string, got {type_name(one)}, for element {index}")
            if test(view, one):
                return True
        return False

    return check


def _join(self: str, items: Any, /) -> str:
    found = list(iterable(items, 1))
    for item in found:
        if type(item) is not str:
            raise Failure(f"in list, want string, got {type_name(item)}")
    reserve(len(self) * len(found) + sum(map(len, found)))
    return joined(self.join(found))


def _replace(self: str, old: Any, new: Any, count: Any = -1, /) -> str:
    before, after, most = string(old, 1), string(new, 2), integer(count, 3)
    times = self.count(before)
    reserve(len(self) + (times if most < 0 else min(times, most)) * len(after))
    if before == "" or self.isascii():
        return joined(self.replace(before, after, most))
    return joined(_from_view(_view(self).replace(_view(before), _view(after), most)))


def _separator(value: Any) -> str:
    if type(value) is not str:
        raise NamedFailure(f"split: got {type_name(value)} for separator, want string")  # of rsplit too
    if not value:
        raise NamedFailure("split: empty separator")
    return value


def _partition(name: str) -> Callable[..., tuple[str, str, str]]:
    cut: Callable[[str, str], tuple[str, str, str]] = getattr(str, name)

    def partition(self: str, separator: Any, /) -> tuple[str, str, str]:
        wanted = string(separator, 1)
        if not wanted:
            raise Failure("empty separator")
        return cut(self, wanted)

    return partition


def _splitter(name: str) -> Callable[..., List]:
    cut: Callable[[str, str | None, int], list[str]] = getattr(str, name)

    def split(self: str, separator: Any = None, most: Any = -1, /) -> List:
        limit = integer(most, 2)
        reserve(8 * len(self))
        if separator is not None:
            return List(cut(self, _separator(separator), limit))
        if not limit:
            return _whole(self, name)
        if _CONTROL_SPACE.isdisjoint(self):
            return List(cut(self, None, limit))
        return List([piece.translate(_SHOWN) for piece in cut(self.translate(_HIDDEN), None, limit)])

    return split


def _whole(text: str, name: str) -> List:
    trimmed = text.lstrip(SPACE) if name == "split" else text.rstrip(SPACE)
    return List([trimmed] if trimmed else [])


def _splitlines(self: str, keep: Any = False, /) -> List:
    reserve(64 * self.count("\n"))
    lines = self.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    if flag(keep, 1):
        return List([line + "\n" for line in lines[:-1]] + [line + ("\n" if ended else "") for line in lines[-1:]])
    return List(lines)


def _cutset(characters: str) -> str:
    """All that Go strips for `characters`: it takes every stray byte for U+FFFD."""
    if characters.isascii():
        return characters or SPACE
    stray = any(char == "\ufffd" or char in _STRAY for char in characters)
    return characters + _STRAY + "\ufffd" if stray else characters


def _stripper(name: str) -> Callable[..., str]:
    strip: Callable[[str, str], str] = getattr(str, name)

    def cut(self: str, cutset: Any = "", /) -> str:
        made = strip(self, _cutset(string(cutset, 1)))
        charge(len(self) - len(made) >> 2)
        return made

    return cut


def _isspace(self: str, /) -> bool:
    return bool(self) and not self.strip(SPACE)


def _format(self: str, /, *arguments: Any, **keywords: Any) -> str:
    return format_string(self, arguments, keywords)


def _upper(self: str, /) -> str:
    return simple_case(self, True)


def _lower(self: str, /) -> str:
    return simple_case(self, False)


def _isupper(self: str, /) -> bool:
    charge(4 * len(self))
    return simple_case(self, True) == self and any(map(is_cased, self))


def _islower(self: str, /) -> bool:
    charge(4 * len(self))
    return simple_case(self, False) == self and any(map(is_cased, self))


def _isalpha(self: str, /) -> bool:
    return self.isalpha()


def _isdigit(self: str, /) -> bool:
    return self.isdecimal()


def _isalnum(self: str, /) -> bool:
    charge(len(self))
    return bool(self) and all(char.isalpha() or char.isdecimal() for char in self)


STRING_METHODS: dict[str, Callable[..., Any]] = {
    "capitalize": _capitalize,
    "codepoint_ords": _characters("codepoint_ords"),
    "codepoints": _characters("codepoints"),
    "count": _count,
    "elem_ords": _characters("elem_ords"),
    "elems": _characters("elems"),
    "endswith": _affix("endswith"),
    "find": _finder("find"),
    "format": _format,
    "index": _finder("index"),
    "isalnum": _isalnum,
    "isalpha": _isalpha,
    "isdigit": _isdigit,
    "islower": _islower,
    "isspace": _isspace,
    "istitle": _istitle,
    "isupper": _isupper,
    "join": _join,
    "lower": _lower,
    "lstrip": _stripper("lstrip"),
    "partition": _partition("partition"),
    "replace": _replace,
    "rfind": _finder("rfind"),
    "rindex": _finder("rindex"),
    "rpartition": _partition("rpartition"),
    "rsplit": _splitter("rsplit"),
    "rstrip": _stripper("rstrip"),
    "split": _splitter("split"),
    "splitlines": _splitlines,
    "startswith": _affix("startswith"),
    "strip": _stripper("strip"),
    "title": _title,
    "upper": _upper,
}
