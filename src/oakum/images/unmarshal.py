"""Documents that were YAML put into structs, with the words of the reference for those that do not fit."""
from __future__ import annotations

from oakum.gostruct import Shape, decode
from oakum.images.errors import ConfigError
from oakum.typing import Any


def unmarshal(value: Any, shape: Shape, *, strict: bool = False) -> Any:
    """`value` as `gostruct.decode` gives it. Raises ConfigError."""
    try:
        return decode(value, shape, strict=strict)
    except ValueError as error:
        raise ConfigError(f"error unmarshaling JSON: while decoding JSON: {error}") from error
