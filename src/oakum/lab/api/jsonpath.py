"""The JSONPath that printer columns use: fields, indexes, `[*]` and filters `[?(@.type=="Ready")]`."""

import re
from typing import Any

_STEP = re.compile(
    r"""\.?(?:
    (?P<name>[A-Za-z_][\w-]*)
    |\[(?P<index>-?\d+)\]
    |\[(?P<all>\*)\]
    |\.?(?P<star>\*)
    |\[['"](?P<quoted>[^'"]+)['"]\]
    |\[\?\(@\.(?P<key>[\w.-]+)\s*(?P<test>==|!=)\s*(?P<mark>['"]?)(?P<value>[^'")]*)(?P=mark)\)\]
    )""",
    re.VERBOSE,
)


def find(value: Any, path: str) -> list[Any]:
    """All values at a path; none for a path that leads nowhere or cannot be read."""
    found, at = [value], 0
    path = path.strip("{}").replace("\\.", "\u0000")
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or match.end() == at:
            return []
        found = [inner for each in found for inner in _step(each, match)]
        at = match.end()
    return found


def _step(value: Any, match: re.Match[str]) -> list[Any]:
    if (name := match["name"] or match["quoted"]) is not None:
        key = name.replace("\u0000", ".")
        return [value[key]] if isinstance(value, dict) and key in value else []
    if match["index"] is not None:
        index = int(match["index"])
        return [value[index]] if isinstance(value, list) and -len(value) <= index < len(value) else []
    items = list(value.values()) if isinstance(value, dict) else (value if isinstance(value, list) else [])
    if match["key"] is None:
        return items
    wanted = match["value"]
    return [item for item in items if (_text(find(item, match["key"])) == wanted) is (match["test"] == "==")]


def _text(found: list[Any]) -> str:
    value = found[0] if found else ""
    return str(value).lower() if isinstance(value, bool) else str(value)
