"""Values inside messages, as Go's `%q` and `encoding/json` print them."""

import json
from typing import Any


def quoted(value: Any) -> str:
    """A value in a message: strings in double quotes, other values as compact JSON with sorted keys."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
