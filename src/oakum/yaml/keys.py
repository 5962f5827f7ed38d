"""Scalars and keys as they come out of Go's way through JSON (sigs.k8s.io/yaml)."""
from __future__ import annotations

import math

from oakum.errors import YAMLError
from oakum.typing import Any
from oakum.yaml.errors import SyntaxYAMLError
from oakum.yaml.nodes import Scalar
from oakum.yaml.numbers import general

_SPECIAL = {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}


def json_scalar(value: Scalar, floats: bool) -> Scalar:
    """`value` as JSON can hold it; integers as floats if asked for. Raises YAMLError for infinities and NaN."""
    if type(value) is float and not math.isfinite(value):
        raise YAMLError(f"json: unsupported value: {general(value)}")
    return float(value) if floats and type(value) is int else value


def key_text(key: Any, value: Any = None) -> str:
    """A map key as Go turns it into a JSON string: `true`, `1`, `1.5`.

    Raises YAMLError for what can be no key; the message shows its `value`.
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float):
        short = _float32(key)
        return _SPECIAL.get(short, short)
    if isinstance(key, dict | list):
        raise SyntaxYAMLError(f"invalid map key: {_go_syntax(key)}")
    if key is not None and key < 2**63:
        return str(key)
    kind, name = ("%!s(<nil>)", "<nil>") if key is None else ("uint64", hex(key))
    shown = "<nil>" if value is None else _go_syntax(value)
    raise YAMLError(f"unsupported map key of type: {kind}, key: {name}, value: {shown}")


def _float32(number: float) -> str:
    """The shortest text that reads back as the same 32-bit float, which is how Go formats keys."""
    import struct

    try:
        single = struct.pack("f", number)
    except OverflowError:
        return general(math.copysign(math.inf, number))
    candidates = (float(f"{number:.{digits}g}") for digits in range(1, 10))
    return general(next((short for short in candidates if struct.pack("f", short) == single), number))


def _go_syntax(value: Any) -> str:
    """`value` as Go's `%#v` prints a decoded YAML value."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_go_syntax(key)}:{_go_syntax(item)}" for key, item in value.items())
        return f"map[interface {{}}]interface {{}}{{{pairs}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    if isinstance(value, str):
        from json.encoder import encode_basestring

        return encode_basestring(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return general(value)
    return "interface {}(nil)" if value is None else str(value)
