"""The JSON kept in an application's record, byte for byte as the reference writes it (kapp spec, section 2.1)."""
from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from oakum.dataclass import dataclass, field, replace
from oakum.deploy.errors import AppError
from oakum.deploy.resource import Resource
from oakum.gostruct import BOOL, STRING, Many, Struct, decode
from oakum.gotime import parse_rfc3339
from oakum.typing import Any

ZERO_TIME = "0001-01-01T00:00:00Z"
APP_KEY = "kapp.k14s.io/app"
CLUSTER = "(cluster)"
_GO = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
CHANGE = Struct("app.ChangeMeta", {"startedAt": STRING, "finishedAt": STRING, "successful": BOOL, "description": STRING,
                                  "namespaces": Many(STRING)})
META = Struct("app.Meta", {
    "labelKey": STRING, "labelValue": STRING, "lastChangeName": STRING, "lastChange": CHANGE,
    "usedGVs": Many(Struct("schema.GroupVersion", {"Group": STRING, "Version": STRING})),
    "usedGKs": Many(Struct("schema.GroupKind", {"Group": STRING, "Kind": STRING}))})


def now() -> str:
    """The present as RFC 3339 in UTC with nanoseconds, trailing zeros cut."""
    seconds, nanos = divmod(time.time_ns(), 1_000_000_000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    fraction = f"{nanos:09d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


@dataclass(frozen=True)
class ChangeMeta:
    """One change of an application. `successful` is None while it runs, and when nobody came to finish it."""

    started: str = ZERO_TIME
    finished: str = ZERO_TIME
    successful: bool | None = None
    description: str = ""
    namespaces: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As stored, keys in their order."""
        out: dict[str, Any] = {"startedAt": self.started, "finishedAt": self.finished}
        if self.successful is not None:
            out["successful"] = self.successful
        if self.description:
            out["description"] = self.description
        if self.namespaces:
            out["namespaces"] = list(self.namespaces)
        return out

    @classmethod
    def decoded(cls, raw: Mapping[str, Any]) -> ChangeMeta:
        """Read back what `to_json` gives, once decoded. Raises ValueError for times that are none."""
        started, finished = raw.get("startedAt", ZERO_TIME), raw.get("finishedAt", ZERO_TIME)
        for text in (started, finished):
            parse_rfc3339(text)
        return cls(started, finished, raw.get("successful"), raw.get("description", ""),
                   tuple(name or "" for name in raw.get("namespaces", ())))

    @property
    def started_at(self) -> datetime | None:
        """When it began, None for one that never did."""
        return None if self.started == ZERO_TIME else parse_rfc3339(self.started)

    def to_text(self) -> str:
        """As stored in a change's own record."""
        return compact(self.to_json())


@dataclass(frozen=True)
class AppMeta:
    """What an application's record holds. `used_gks` is None on records of very old versions (meaning unknown)."""

    label_value: str
    label_key: str = APP_KEY
    last_change_name: str = ""
    last_change: ChangeMeta = field(default_factory=ChangeMeta)
    used_gvs: tuple[tuple[str, str], ...] = ()
    used_gks: tuple[tuple[str, str], ...] | None = ()

    def to_text(self) -> str:
        """As stored, compact, keys in their order."""
        out: dict[str, Any] = {"labelKey": self.label_key, "labelValue": self.label_value}
        if self.last_change_name:
            out["lastChangeName"] = self.last_change_name
        out["lastChange"] = self.last_change.to_json()
        if self.used_gvs:
            out["usedGVs"] = [{"Group": g, "Version": v} for g, v in self.used_gvs]
        if self.used_gks is not None:
            out["usedGKs"] = [{"Group": g, "Kind": k} for g, k in self.used_gks]
        return compact(out)

    @property
    def selector(self) -> str:
        """The label selector of the application's objects."""
        return f"{self.label_key}={self.label_value}"


def compact(value: Any) -> str:
    """JSON without blanks, keys in their order, escaped as Go does."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).translate(_GO)


def parse_meta(text: str) -> AppMeta:
    """Read a record's JSON. Raises AppError."""
    try:
        raw = _read(text, META)
        change = ChangeMeta.decoded(raw.get("lastChange", {}))
    except ValueError as e:
        raise AppError(f"Parsing app metadata: {e}") from e
    gks = raw.get("usedGKs")
    return AppMeta(
        label_value=raw.get("labelValue", ""), label_key=raw.get("labelKey") or APP_KEY,
        last_change_name=raw.get("lastChangeName", ""), last_change=change,
        used_gvs=tuple((e.get("Group", ""), e.get("Version", "")) for e in raw.get("usedGVs", ()) if e),
        used_gks=None if gks is None else tuple((e.get("Group", ""), e.get("Kind", "")) for e in gks if e))


def parse_change(text: str) -> ChangeMeta:
    """Read the JSON of a change's own record. Raises ValueError in Go's words."""
    return ChangeMeta.decoded(_read(text, CHANGE))


def _read(text: str, shape: Struct) -> dict[str, Any]:
    from oakum.yaml.json_syntax import loads

    return decode(loads(text), shape) or {}


Names = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Used:
    """API versions and kinds, as (group, version) and (group, kind)."""

    gvs: Names = frozenset()
    gks: Names = frozenset()

    @classmethod
    def by(cls, resources: Iterable[Resource]) -> Used:
        """Those of some resources."""
        have = list(resources)
        return cls(frozenset((r.group, r.version) for r in have), frozenset((r.group, r.kind) for r in have))

    @classmethod
    def known(cls, meta: AppMeta | None) -> Used:
        """Those that a record knows."""
        return cls(frozenset(meta.used_gvs), frozenset(meta.used_gks or ())) if meta is not None else cls()

    def __or__(self, other: Used) -> Used:
        return Used(self.gvs | other.gvs, self.gks | other.gks)

    def __sub__(self, other: Used) -> Used:
        return Used(self.gvs - other.gvs, self.gks - other.gks)

    def put_in(self, meta: AppMeta) -> AppMeta:
        """The record with these, in its order."""
        gvs, gks = (tuple(sorted(names, key="".join)) for names in (self.gvs, self.gks))
        return replace(meta, used_gvs=gvs, used_gks=gks)


def namespaces_of(resources: Iterable[Resource]) -> tuple[str, ...]:
    """Where resources are, sorted; `(cluster)` stands for those in no namespace."""
    return tuple(sorted({r.namespace or CLUSTER for r in resources}))
