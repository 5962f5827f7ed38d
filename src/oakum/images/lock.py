"""Lock files: kbld's own, and where either kind is written (kbld: "4.4", "4.5"); image maps (CNAB)."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from oakum import files
from oakum.gostruct import STRING, Named, decode
from oakum.images.config import AnyIndex, Config, ImageRef, Override, PathPart, SearchRule
from oakum.images.decode import API_VERSION
from oakum.images.errors import ConfigError
from oakum.images.minimum import EMULATED
from oakum.typing import Any
from oakum.yaml import json_syntax, plain


def dump(pairs: Iterable[tuple[str, str]], config: Config) -> str:
    """A `Config` that replaces each image by what it was resolved to, with the search rules that found them."""
    overrides = [{"image": image, "newImage": url, "preresolved": True} for image, url in pairs]
    rules = [_rule(rule) for rule in config.own_rules()]
    lock: dict[str, Any] = {"apiVersion": API_VERSION, "kind": "Config", "minimumRequiredVersion": EMULATED}
    lock |= {"overrides": overrides} if overrides else {}
    return plain.dump(lock | ({"searchRules": rules} if rules else {}))


def write(path: str, text: str, doing: str) -> None:
    """Write a lock, readable by its owner only. Raises ConfigError that begins with `doing`."""
    with _telling(path, doing):
        files.write(path, text.encode("utf-8", "surrogateescape"), 0o600)


def check_writable(path: str, doing: str) -> None:
    """Raises the ConfigError that `write` would, as far as that shows before there is a lock."""
    with _telling(path, doing):
        files.check_writable(path)


@contextmanager
def _telling(path: str, doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{doing}: open {path}: {(error.strerror or '').lower()}") from error


def read_map(path: str) -> list[Override]:
    """The overrides of a JSON image map `{"from": "to"}`; without a `to` an image stays. Raises ConfigError."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            found = decode(json_syntax.loads(file.read()), Named(STRING)) or {}
    except OSError as error:
        raise ConfigError(f"open {path}: {(error.strerror or '').lower()}") from error
    except ValueError as error:
        raise ConfigError(str(error)) from error
    return [Override(ImageRef(image), url or image, preresolved=True) for image, url in found.items()]


def _rule(rule: SearchRule) -> dict[str, Any]:
    key: dict[str, Any] = {"name": rule.name} if rule.name else {}
    if rule.path:
        key["path"] = [_part(part) for part in rule.path]
    value = {
        name: text for name, text in (("image", rule.image), ("imageRepo", rule.image_repo)) if text
    }
    document: dict[str, Any] = {}
    document |= {"keyMatcher": key} if key else {}
    document |= {"valueMatcher": value} if value else {}
    if rule.strategy:
        nested = [_rule(inner) for inner in rule.rules]
        document["updateStrategy"] = {rule.strategy: {"searchRules": nested} if nested else {}}
    return document


def _part(part: PathPart) -> Any:
    if isinstance(part, AnyIndex):
        return {"allIndexes": True}
    return {"index": part} if isinstance(part, int) else part
