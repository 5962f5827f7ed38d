"""Configuration documents, recognised, decoded and checked (kbld: "2.1 Recognition", "2.3 Fields")."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from oakum.gostruct import ANY, BOOL, STRING, TEXT, Many, Shape, Struct
from oakum.images import minimum
from oakum.images.config import (
    ANY_INDEX,
    LOCK_KIND,
    LOCK_VERSION,
    Config,
    Destination,
    ImageRef,
    Override,
    PathPart,
    Platform,
    SearchRule,
    Source,
    TagSelection,
    merge,
)
from oakum.images.errors import ConfigError
from oakum.images.resource import Document, describe, members
from oakum.images.unmarshal import unmarshal
from oakum.typing import Any

API_VERSION = "kbld.k14s.io/v1alpha1"
KINDS = frozenset({"Config", "Sources", "ImageOverrides", "ImageDestinations", "ImageKeys"})

_TEXTS = Many(TEXT)
_REF: dict[str, Shape] = {"image": STRING, "imageRepo": STRING}
"""The two fields that kbld keeps in a struct of their own, where numbers are not taken for text as elsewhere."""
_BUILD: dict[str, Shape] = {
    "target": TEXT,
    "pull": BOOL,
    "noCache": BOOL,
    "file": TEXT,
    "buildkit": BOOL,
    "platform": TEXT,
    "rawOptions": _TEXTS,
}


def _block(go: str, verb: str, **fields: Shape) -> Struct:
    return Struct(f"config.{go}Opts", {verb: Struct(f"config.{go}{verb.title()}Opts", fields)})


_SOURCE = Struct(
    "config.Source",
    {
        **_REF,
        "path": TEXT,
        "docker": Struct(
            "config.SourceDockerOpts",
            {
                "build": Struct("config.SourceDockerBuildOpts", _BUILD),
                "buildx": Struct("config.SourceDockerBuildxOpts", _BUILD),
            },
        ),
        "pack": _block("SourcePack", "build", builder=TEXT, buildpacks=_TEXTS, clearCache=BOOL, rawOptions=_TEXTS),
        "kubectlBuildkit": Struct(
            "config.SourceKubectlBuildkitOpts", {"build": Struct("config.SourceKubectlBuildkitBuildOpts", _BUILD)}
        ),
        "ko": _block("SourceKo", "build", rawOptions=_TEXTS),
        "bazel": _block("SourceBazel", "run", target=TEXT, rawOptions=_TEXTS),
        "podman": Struct("config.SourcePodmanOpts", {"build": Struct("config.SourcePodmanBuildOpts", _BUILD)}),
        "buildah": Struct("config.SourceBuildahOpts", {"build": Struct("config.SourceBuildahBuildOpts", _BUILD)}),
        "go": _block("SourceGo", "build", package=TEXT, base=TEXT, platforms=_TEXTS, rawOptions=_TEXTS),
        "python": _block(
            "SourcePython", "build", base=TEXT, module=TEXT, entrypoint=_TEXTS, extras=_TEXTS, platforms=_TEXTS
        ),
        "files": _block(
            "SourceFiles", "build", base=TEXT, into=TEXT, entrypoint=_TEXTS, command=_TEXTS, platforms=_TEXTS
        ),
    },
)
_PLATFORM = Struct(
    "config.PlatformSelection",
    {
        "architecture": TEXT,
        "os": TEXT,
        "os.version": TEXT,
        "os.features": _TEXTS,
        "variant": TEXT,
        "features": _TEXTS,
    },
)
_SEMVER = Struct(
    "v1alpha1.VersionSelectionSemver",
    {"constraints": TEXT, "prereleases": Struct("v1alpha1.Prereleases", {"identifiers": _TEXTS})},
)
_OVERRIDE = Struct(
    "config.ImageOverride",
    {
        **_REF,
        "newImage": TEXT,
        "preresolved": BOOL,
        "tagSelection": Struct("v1alpha1.VersionSelection", {"semver": _SEMVER}),
        "platformSelection": _PLATFORM,
    },
)
_DESTINATION = Struct("config.ImageDestination", {**_REF, "newImage": TEXT, "tags": _TEXTS})
_RULE = Struct(
    "config.SearchRule",
    {
        "keyMatcher": Struct("config.SearchRuleKeyMatcher", {"name": TEXT, "path": Many(ANY, "resources.Path")}),
        "valueMatcher": Struct("config.SearchRuleValueMatcher", {"image": TEXT, "imageRepo": TEXT}),
    },
)
_RULES: dict[str, Shape] = {"searchRules": Many(_RULE)}
_STRATEGIES: dict[str, tuple[str, dict[str, Shape]]] = {
    "none": ("None", {}),
    "entireValue": ("EntireValue", {}),
    "json": ("JSON", _RULES),
    "yaml": ("YAML", _RULES),
}
"""Each with its name in Go, in the order in which they are looked for."""
_RULE.fields["updateStrategy"] = Struct(
    "config.SearchRuleUpdateStrategy",
    {name: Struct(f"config.SearchRuleUpdateStrategy{go}", fields) for name, (go, fields) in _STRATEGIES.items()},
)
_CONFIG = Struct(
    "config.Config",
    {
        "minimumRequiredVersion": TEXT,
        "sources": Many(_SOURCE),
        "overrides": Many(_OVERRIDE),
        "destinations": Many(_DESTINATION),
        "keys": _TEXTS,
        **_RULES,
    },
)
_BUILDERS = (
    ("pack", "pack", "build"),
    ("kubectlBuildkit", "kubectlBuildkit", "build"),
    ("ko", "ko", "build"),
    ("bazel", "bazel", "run"),
    ("docker", "buildx", "buildx"),
    ("podman", "podman", "build"),
    ("buildah", "buildah", "build"),
    ("go", "go", "build"),
    ("python", "python", "build"),
    ("files", "files", "build"),
    ("docker", "docker", "build"),
)
"""(block, builder's name, verb inside the block), in order of precedence."""


def is_config(document: Document) -> bool:
    """Whether a document is configuration (kbld's kinds, or an ImagesLock) and not a resource."""
    version, kind = document.get("apiVersion"), document.get("kind")
    if version == LOCK_VERSION:
        return kind == LOCK_KIND
    return version == API_VERSION and isinstance(kind, str) and kind in KINDS


def split(documents: Iterable[Document]) -> tuple[list[Document], Config]:
    """The resources among `documents` and their lists, in order, and all configuration merged. Raises ConfigError."""
    found = [member for document in documents for _, member in members(document)]
    resources = [document for document in found if not is_config(document)]
    return resources, merge([parse(document) for document in found if is_config(document)])


def parse(document: Document) -> Config:
    """One configuration document. Raises ConfigError that names it."""
    name = describe(document)
    if document.get("kind") == LOCK_KIND:
        from oakum.images import imageslock

        overrides = imageslock.overrides(document, name)
        _within(name, lambda: _each("Overrides", overrides, _check_override))
        return Config(overrides=tuple(overrides))
    try:
        fields = unmarshal(document, _CONFIG)
        config = _config(fields)
    except ConfigError as error:
        raise ConfigError(f"Unmarshaling {name}: {error}") from error
    _within(name, lambda: _validate(config, fields))
    return config


def _config(fields: dict[str, Any]) -> Config:
    return Config(
        tuple(_source(entry or {}) for entry in fields.get("sources", ())),
        tuple(_override(entry or {}) for entry in fields.get("overrides", ())),
        tuple(_destination(entry or {}) for entry in fields.get("destinations", ())),
        tuple(key or "" for key in fields.get("keys", ())),
        tuple(_rule(entry or {}) for entry in fields.get("searchRules", ())),
    )


def _ref(fields: dict[str, Any]) -> ImageRef:
    return ImageRef(fields.get("image", ""), fields.get("imageRepo", ""))


def _source(fields: dict[str, Any]) -> Source:
    for block, builder, verb in _BUILDERS:
        found = fields.get(block)
        if found is not None and (verb in found or block != "docker"):
            return Source(_ref(fields), fields.get("path", ""), builder, found.get(verb) or {})
    return Source(_ref(fields), fields.get("path", ""))


def _override(fields: dict[str, Any]) -> Override:
    return Override(
        _ref(fields),
        fields.get("newImage", ""),
        fields.get("preresolved", False),
        _tags(fields["tagSelection"]) if "tagSelection" in fields else None,
        _platform(fields["platformSelection"]) if "platformSelection" in fields else None,
    )


def _tags(fields: dict[str, Any]) -> TagSelection:
    if "semver" not in fields:
        return TagSelection(known=False)
    semver = fields["semver"]
    prereleases = semver.get("prereleases")
    allowed = None if prereleases is None else tuple(prereleases.get("identifiers", ()))
    return TagSelection(semver.get("constraints", ""), allowed)


def _platform(fields: dict[str, Any]) -> Platform:
    return Platform(
        fields.get("os", ""),
        fields.get("architecture", ""),
        fields.get("variant", ""),
        fields.get("os.version", ""),
        tuple(fields.get("os.features", ())),
        tuple(fields.get("features", ())),
    )


def _destination(fields: dict[str, Any]) -> Destination:
    ref = _ref(fields)
    return Destination(ref, fields.get("newImage") or ref.label, tuple(fields.get("tags", ())))


def _rule(fields: dict[str, Any]) -> SearchRule:
    key, value = fields.get("keyMatcher") or {}, fields.get("valueMatcher") or {}
    strategy = fields.get("updateStrategy") or {}
    chosen = next((name for name in _STRATEGIES if name in strategy), "")
    nested: Sequence[Any] = strategy[chosen].get("searchRules", ()) if chosen else ()
    return SearchRule(
        key.get("name", ""),
        tuple(_part(part) for part in key.get("path", ())),
        value.get("image", ""),
        value.get("imageRepo", ""),
        chosen,
        tuple(_rule(rule or {}) for rule in nested),
    )


def _part(part: Any) -> PathPart:
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        if part.get("allIndexes") is True:
            return ANY_INDEX
        if type(part.get("index")) is int:
            return int(part["index"])
    raise ConfigError("error unmarshaling JSON: while decoding JSON: Unknown path part")


def _within(name: str, check: Callable[[], None]) -> None:
    try:
        check()
    except ConfigError as error:
        raise ConfigError(f"Validating {name}: {error}") from error


def _each(label: str, entries: Iterable[Any], check: Callable[[Any], None]) -> None:
    for at, entry in enumerate(entries):
        try:
            check(entry)
        except ConfigError as error:
            raise ConfigError(f"Validating {label}[{at}]: {error}") from error


def _validate(config: Config, fields: dict[str, Any]) -> None:
    minimum.check(fields.get("minimumRequiredVersion", ""))
    _each("Sources", config.sources, _check_source)
    _each("Overrides", config.overrides, _check_override)
    _each("Destinations", config.destinations, lambda entry: _check_ref(entry.ref))
    _each("Destinations", config.keys, _check_key)  # kbld's own label for keys, kept for those who match on it
    _each("SearchRules", fields.get("searchRules", ()), lambda entry: _check_rule(entry or {}))


def _demand(value: object, name: str) -> None:
    if not value:
        raise ConfigError(f"Expected {name} to be non-empty")


def _check_ref(ref: ImageRef) -> None:
    _demand(ref.label, "Image or ImageRepo")


def _check_source(source: Source) -> None:
    _check_ref(source.ref)
    _demand(source.path, "Path")


def _check_override(override: Override) -> None:
    _check_ref(override.ref)
    _demand(override.new_image, "NewImage")


def _check_key(key: str) -> None:
    if not key:
        raise ConfigError("Expected to be non-empty")


def _check_rule(fields: dict[str, Any]) -> None:
    key, value = fields.get("keyMatcher"), fields.get("valueMatcher")
    if key is None and value is None:
        _demand(False, "KeyMatcher or ValueMatcher")
    if key is not None:
        _demand(key.get("name") or key.get("path"), "KeyMatcher.Name or KeyMatcher.Path")
    if value is not None:
        _demand(value.get("image") or value.get("imageRepo"), "ValueMatcher.Image or ValueMatcher.ImageRepo")
