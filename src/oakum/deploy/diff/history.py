"""The record of what was last applied, in annotations of the object itself (kapp spec, section 3.5)."""
from __future__ import annotations

from oakum.dataclass import dataclass
from oakum.deploy.config.config import Config
from oakum.deploy.config.matcher import Rules
from oakum.deploy.config.mods import remove_field
from oakum.deploy.config.rules import PathRule
from oakum.deploy.diff.ops import Op, diff_ops, digest, older_digest
from oakum.deploy.diff.rebase import Templates, rebase
from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import PREFIX, Resource
from oakum.deploy.values import floats, same
from oakum.parts import mappings
from oakum.typing import Any

ORIGINAL = PREFIX + "original"
DIGEST = PREFIX + "original-diff-md5"
HISTORY = (ORIGINAL, DIGEST, PREFIX + "original-diff", PREFIX + "original-diff-full")
DISABLE = PREFIX + "disable-original"
LARGEST = 262144
SPARE = 1024
"""For the names of our annotations, and our identity."""
MANAGER = "kapp"


@dataclass(frozen=True)
class Comparing:
    """What comparing needs: the rules and the engine for those written as templates.

    `server_side`: only what is ours gets applied, so that only that is a difference.
    """

    config: Config
    templates: Templates
    server_side: bool = False


def without_history(resource: Resource) -> Resource:
    """The object without our records (a shallow copy when it has any)."""
    return resource.without_annotations(HISTORY)


def excluding(resource: Resource, rules: Rules[PathRule]) -> Resource:
    """The object without the fields that the rules leave out; itself when there are none."""
    found = [rule for rule in rules.of(resource) if _reaches(resource.body, rule.path[0])]
    if not found:
        return resource
    out = resource.shared()
    for rule in found:
        remove_field(out, rule.path)
    return out


def _reaches(body: dict[str, Any], first: object) -> bool:
    return not isinstance(first, str) or first in body


def record(stored: Resource, applied: Resource, how: Comparing) -> dict[str, str]:
    """The annotations that record `applied` on the object `stored` that came of it; empty when it is too large."""
    if DISABLE in stored.annotations:
        return {}
    return _unless_large({ORIGINAL: _text(applied), DIGEST: digest(_ops(stored, applied, how))})


def record_of_owned(applied: Resource) -> dict[str, str]:
    """The annotation that records `applied` in the same write, where the server keeps which fields are ours; empty when
    it, with the object's own annotations, would be too large for the server.
    """
    others = sum(len(str(k)) + len(str(v)) for k, v in applied.annotations.items())
    return {} if DISABLE in applied.annotations else _unless_large({ORIGINAL: _text(applied)}, LARGEST - others - SPARE)


def _text(applied: Resource) -> str:
    from oakum.yaml import gojson

    return gojson.dumps(applied.body)


def _unless_large(notes: dict[str, str], largest: int = LARGEST) -> dict[str, str]:
    return {} if any(len(v.encode("utf-8", "surrogateescape")) > largest for v in notes.values()) else notes


def last_applied(live: Resource, how: Comparing) -> Resource | None:
    """What was last applied to `live`, None when that is unknown or the object has been changed since.

    Where only what is ours gets applied, and managed fields say what that is, it is what is left of it.
    """
    from oakum.orjson import JSONDecodeError, loads

    text, wanted = live.annotations.get(ORIGINAL), live.annotations.get(DIGEST)
    if not text or not (wanted or _owned(live)):
        return None
    try:
        found = loads(text)
    except JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    applied = Resource(floats(found))
    if wanted:
        try:
            ops = _ops(live, applied, how)
            return applied if wanted == digest(ops) or wanted == older_digest(ops) else None
        except ConfigError:
            return None  # somebody has edited it: the rules do not fit
    left = Resource(_left_of(applied.body, live.body))
    return left if how.server_side or same(left.body, applied.body) else None


def _owned(live: Resource) -> bool:
    """Whether we applied the object server-side: then managed fields take the place of the digest."""
    entries = mappings(live.metadata.get("managedFields"))
    return any(e.get("manager") == MANAGER and e.get("operation") == "Apply" for e in entries)


def _left_of(applied: Any, live: Any) -> Any:
    """What `live` has at the places where `applied` has something; `applied` itself where they are the same."""
    if isinstance(applied, dict) and isinstance(live, dict):
        return {k: _left_of(v, live[k]) for k, v in applied.items() if k in live}
    if isinstance(applied, list) and isinstance(live, list) and len(applied) == len(live):
        return [_left_of(a, b) for a, b in zip(applied, live, strict=True)]
    return applied if same(applied, live) else live


def _ops(stored: Resource, applied: Resource, how: Comparing) -> list[Op]:
    left = excluding(excluding(without_history(stored), how.config.applied_index), how.config.existing_index)
    right = rebase(excluding(without_history(applied), how.config.existing_index), left, how.config, how.templates)
    return diff_ops(left.body, right.body)


def recorded(stored: Resource, annotations: dict[str, str]) -> Resource:
    """`stored` with the record in its annotations, to be written."""
    meta = dict(stored.metadata, annotations={**stored.annotations, **annotations})
    return Resource(dict(stored.body, metadata=meta), stored.origin)
