"""JSON Patch (RFC 6902), JSON Merge Patch (RFC 7386) and Kubernetes' strategic merge patch."""

import logging
from typing import Any

from oakum.lab.api.gojson import described, go_map
from oakum.lab.api.schema import Field, ListOf, MapOf, Shape, Struct, resolved
from oakum.lab.api.status import ApiError, bad_request, internal
from oakum.lab.store import Obj, clone

_MISSING = object()
_LOG = logging.getLogger("oakum.lab.api")


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return clone(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def json_patch(target: Obj, patch: Any) -> Any:
    """RFC 6902; raises ApiError 400 for a document that is no patch and 422 for an operation that fails."""
    if not isinstance(patch, list):
        raise _undecodable(patch, "[]handlers.jsonPatchOp")
    for step in patch:
        if not isinstance(step, dict):
            raise _undecodable(step, "handlers.jsonPatchOp")
    document: Any = clone(target)
    for step in patch:
        document = _operate(document, step)
    return document


def _operate(document: Any, step: dict[str, Any]) -> Any:
    operation, path = step.get("op"), step.get("path")
    if not isinstance(path, str) or "/" not in path:
        raise _failed(f"{operation} operation does not apply: the path {path!r} is none")
    if operation in ("add", "replace"):
        return _put(document, path, clone(step.get("value")), operation)
    if operation == "remove":
        return _removed(document, path)
    if operation == "test":
        found = _look(document, path, "test")
        if found != step.get("value") or type(found) is not type(step.get("value")):
            raise _failed(f"testing value {path} failed: test failed")
        return document
    if operation in ("move", "copy"):
        source = step.get("from")
        if not isinstance(source, str) or "/" not in source:
            raise _failed(f"{operation} operation does not apply: the path {source!r} is none")
        value = clone(_look(document, source, operation))
        if operation == "move":
            document = _removed(document, source)
        return _put(document, path, value, "add")
    raise _failed(f"Unexpected kind: {operation}")


def _steps(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _child(node: Any, step: str) -> Any:
    if isinstance(node, dict):
        return node.get(step, _MISSING)
    if isinstance(node, list) and step.isdigit() and int(step) < len(node):
        return node[int(step)]
    return _MISSING


def _look(document: Any, path: str, operation: str) -> Any:
    for step in _steps(path):
        document = _child(document, step)
        if document is _MISSING:
            if operation == "test":
                return None
            raise _failed(f"{operation} operation does not apply: doc is missing key: {path}: missing value")
    return document


def _parent(document: Any, path: str, operation: str) -> tuple[Any, str]:
    *above, last = _steps(path)
    for step in above:
        document = _child(document, step)
        if not isinstance(document, dict | list):
            raise _failed(f"{operation} operation does not apply: doc is missing path: {path!r}: missing value")
    return document, last


def _put(document: Any, path: str, value: Any, operation: str) -> Any:
    parent, last = _parent(document, path, operation)
    if isinstance(parent, dict):  # also for `replace`: the real server adds what is not there
        parent[last] = value
    elif last == "-":
        parent.append(value)
    elif last.isdigit() and int(last) <= len(parent):
        parent[int(last) : int(last) + (operation == "replace")] = [value]
    else:
        raise _failed(f"{operation} operation does not apply: doc is missing path: {path!r}: invalid index referenced")
    return document


def _removed(document: Any, path: str) -> Any:
    parent, last = _parent(document, path, "remove")
    if _child(parent, last) is _MISSING:
        raise _failed(f"remove operation does not apply: doc is missing key: {path}: missing value")
    if isinstance(parent, dict):
        del parent[last]
    else:
        del parent[int(last)]
    return document


def _undecodable(value: Any, wanted: str) -> ApiError:
    detail = f"cannot unmarshal {described(value)} into Go value of type {wanted}"
    return bad_request(f"error decoding patch: json: {detail}")


def _failed(message: str) -> ApiError:
    """422 in the real server's words, which do not say what failed; the log does."""
    _LOG.debug("a JSON patch fails: %s", message)
    return ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {})


def strategic(shape: Shape, target: Any, patch: Any) -> Any:
    """A strategic merge patch: lists with a merge key are merged by it, `$patch`, `$deleteFromPrimitiveList`,
    `$setElementOrder` and `$retainKeys` are directives. Raises ApiError 400 for a directive it does not know."""
    if not isinstance(patch, dict):
        return clone(patch)
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: clone(value) for key, value in patch.items() if key != "$patch"}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise internal(f"unknown patch type: {directive} in map: {go_map(patch)}")
    result = dict(target) if isinstance(target, dict) else {}
    if "$retainKeys" in patch:
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    known = resolved(shape)
    for key, value in patch.items():
        if key.startswith("$"):
            _direct(result, key, value)
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = _patched_field(known, key, result.get(key), value, patch)
    return result


def _direct(result: dict[str, Any], key: str, value: Any) -> None:
    directive, _, field = key.partition("/")
    if directive == "$deleteFromPrimitiveList" and isinstance(result.get(field), list):
        result[field] = [item for item in result[field] if item not in value]


def _patched_field(shape: Shape, key: str, old: Any, new: Any, patch: dict[str, Any]) -> Any:
    field = shape.fields.get(key) if isinstance(shape, Struct) else None
    if isinstance(shape, MapOf):
        return strategic(shape.value, old, new)
    if field is None:
        return merge_patch(old, new)
    if isinstance(new, list):
        return _patched_list(field, old if isinstance(old, list) else [], new, patch.get(f"$setElementOrder/{key}"))
    if "replace" in field.strategies:
        return clone(new)
    if old is None and isinstance(new, dict) and "$patch" in new:
        return {}
    return strategic(field.shape, old, new)


def _patched_list(field: Field, old: list[Any], new: list[Any], order: list[Any] | None) -> list[Any]:
    if "merge" not in field.strategies or not isinstance(field.shape, ListOf):
        return clone(new) if not any(_is_directive(item) for item in new) else []
    if any(_is_directive(item) and item["$patch"] == "replace" for item in new):
        return [clone(item) for item in new if not _is_directive(item)]
    if not field.merge_key:
        merged = old + [clone(item) for item in new if item not in old]
        return _ordered(old, merged, new if order is None else order)
    key = field.merge_key
    if order is not None:
        _check_order(new, order, key)
    merged = list(old)
    for item in new:
        merged = _merged_item(field.shape.item, key, merged, item)
    wanted = [item.get(key) for item in (new if order is None else order) if isinstance(item, dict)]
    return _ordered(old, merged, wanted, key)


def _check_order(new: list[Any], order: list[Any], key: str) -> None:
    """The items of a patch have to come in the order that it sets."""
    given = [item for item in new if isinstance(item, dict) and key in item and "$patch" not in item]
    wanted = iter([item.get(key) for item in order if isinstance(item, dict)])
    if not all(any(item[key] == name for name in wanted) for item in given):
        shown = f"{go_map(given)}\n doesn't match $setElementOrder list:\n{go_map(order)}\n"
        raise internal(f"The order in patch list:\n{shown}")


def _merged_item(shape: Shape, key: str, items: list[Any], patch: Any) -> list[Any]:
    if not isinstance(patch, dict) or key not in patch:
        raise internal(f"map: {go_map(patch)} does not contain declared merge key: {key}")
    same = [index for index, item in enumerate(items) if item.get(key) == patch[key]]
    if patch.get("$patch") == "delete":
        return [item for index, item in enumerate(items) if index not in same]
    if not same:
        return [*items, strategic(shape, {}, patch)]
    result = list(items)
    result[same[0]] = strategic(shape, items[same[0]], patch)
    return result


def _ordered(old: list[Any], merged: list[Any], wanted: list[Any], key: str = "") -> list[Any]:
    """Items that the patch names in its order, the others in theirs; an item of neither that the stored list has
    before the patch's next one goes before it."""

    def mark(item: Any) -> str:
        return str(item.get(key)) if key else str(item)

    rank = {str(name): position for position, name in enumerate(wanted)}
    before = {mark(item): position for position, item in enumerate(old)}
    named = sorted((item for item in merged if mark(item) in rank), key=lambda item: rank[mark(item)])
    others = [item for item in merged if mark(item) not in rank]
    result: list[Any] = []
    while named and others:
        left, right = before.get(mark(others[0])), before.get(mark(named[0]))
        first = left is not None and right is not None and left < right
        result.append((others if first else named).pop(0))
    return result + named + others


def _is_directive(item: Any) -> bool:
    return isinstance(item, dict) and "$patch" in item and len(item) == 1
