"""Config documents read into rules (kapp spec, section 6.1)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from oakum.dataclass import dataclass, field, replace
from oakum.deploy.config.matcher import AllMatcher, Matcher, Rules, parse_matchers
from oakum.deploy.config.path import Path, parse_path
from oakum.deploy.config.rules import (
    ConditionMatcher,
    GroupBinding,
    PathRule,
    PreflightRule,
    RebaseRule,
    Reference,
    RuleBinding,
    TemplateRule,
    WaitRule,
)
from oakum.deploy.config.shape import CONFIG
from oakum.deploy.errors import ConfigError, InputError
from oakum.deploy.input import read_object
from oakum.deploy.resource import PREFIX, WHOLE, Resource
from oakum.gostruct import decode
from oakum.parts import mapping
from oakum.typing import Any

API_VERSION = "kapp.k14s.io/v1alpha1"
CONFIG_LABEL = PREFIX + "config"
SOURCES = ("new", "existing", "_current")


@dataclass(frozen=True)
class Config:
    """All rules in force, those of the built-in document first."""

    rebase: tuple[RebaseRule, ...] = ()
    wait: tuple[WaitRule, ...] = ()
    ownership: tuple[PathRule, ...] = ()
    scoping: tuple[PathRule, ...] = ()
    templates: tuple[TemplateRule, ...] = ()
    masks: tuple[PathRule, ...] = ()
    applied_exclusions: tuple[PathRule, ...] = ()
    existing_exclusions: tuple[PathRule, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[GroupBinding, ...] = ()
    orders: tuple[RuleBinding, ...] = ()
    preflight: tuple[PreflightRule, ...] = ()

    def plus(self, other: Config) -> Config:
        """Both, `other` after this; its labels win."""
        joined = {name: getattr(self, name) + getattr(other, name) for name in _LISTS}
        return Config(**joined, labels={**self.labels, **other.labels})

    @cached_property
    def rebase_index(self) -> Rules[RebaseRule]:
        """Rebase rules by kind."""
        return Rules(self.rebase)

    @cached_property
    def wait_index(self) -> Rules[WaitRule]:
        """Wait rules by kind."""
        return Rules(self.wait)

    @cached_property
    def ownership_index(self) -> Rules[PathRule]:
        """Ownership label rules by kind."""
        return Rules(self.ownership)

    @cached_property
    def scoping_index(self) -> Rules[PathRule]:
        """Label scoping rules by kind."""
        return Rules(self.scoping)

    @cached_property
    def mask_index(self) -> Rules[PathRule]:
        """Mask rules by kind."""
        return Rules(self.masks)

    @cached_property
    def applied_index(self) -> Rules[PathRule]:
        """Exclusions from the comparison with what was last applied, by kind."""
        return Rules(self.applied_exclusions)

    @cached_property
    def existing_index(self) -> Rules[PathRule]:
        """Exclusions from the comparison with what is there, by kind."""
        return Rules(self.existing_exclusions)

    @cached_property
    def group_index(self) -> Rules[GroupBinding]:
        """Change group bindings by kind."""
        return Rules(self.groups)

    @cached_property
    def order_index(self) -> Rules[RuleBinding]:
        """Change rule bindings by kind."""
        return Rules(self.orders)


_LISTS = ("rebase", "wait", "ownership", "scoping", "templates", "masks", "applied_exclusions", "existing_exclusions",
          "groups", "orders", "preflight")


def is_config(resource: Resource) -> bool:
    """Whether the object is a Config document, which never goes to the cluster."""
    return resource.api_version == API_VERSION


def extract(resources: Sequence[Resource], base: Config, version: str) -> tuple[list[Resource], Config]:
    """The resources that are to be deployed, and `base` with all Config documents among `resources` added.

    Raises ConfigError with the document named.
    """
    kept, config = [], base
    for resource in resources:
        if is_config(resource):
            config = config.plus(_document(resource, version))
            continue
        kept.append(resource)
        if CONFIG_LABEL in resource.labels:
            config = config.plus(_labeled(resource, version))
    return kept, config


def _document(resource: Resource, version: str) -> Config:
    try:
        if resource.kind != "Config":
            raise ConfigError(f"Expected kapp config to have kind 'Config', but was '{resource.kind}'")
        return parse_config(resource, version)
    except ConfigError as e:
        raise ConfigError(f"Parsing resource '{resource.description}' as kapp config: {e}",
                          resource.places([WHOLE])) from e


def _labeled(resource: Resource, version: str) -> Config:
    """A ConfigMap with the config label carries a Config document in `data."config.yml"`."""
    try:
        if (resource.api_version, resource.kind) != ("v1", "ConfigMap"):
            raise ConfigError(
                "Expected kapp config to be within v1/ConfigMap but apiVersion or kind do not match")
        text = mapping(resource.body.get("data")).get("config.yml")
        if text is None:
            raise ConfigError("Expected to find field 'data.\"config.yml\"', but did not")
        try:
            inner = Resource(read_object(str(text)), resource.origin)
        except InputError as e:
            raise ConfigError(f"Parsing kapp config as resource: {e}") from e
        if inner.kind != "Config":
            raise ConfigError(f"Expected kapp config to have kind 'Config', but was '{inner.kind}'")
        if inner.api_version != API_VERSION:
            raise ConfigError(f"Expected kapp config to have apiVersion '{API_VERSION}', but was '{inner.api_version}'")
        return parse_config(inner, version)
    except ConfigError as e:
        raise ConfigError(f"Parsing resource '{resource.description}' labeled as kapp config: {e}",
                          resource.places([WHOLE])) from e


def parse_config(resource: Resource, version: str) -> Config:
    """One Config document. Keys are read in any case, unknown ones are ignored. Raises ConfigError."""
    try:
        raw = decode(resource.body, CONFIG)
    except ValueError as e:
        raise _undecodable(resource, e) from e
    check_version(raw.get("minimumRequiredVersion"), version)
    try:
        rules = rules_of(raw)
        # For what was last applied the reference excludes a field of every object, whatever the matchers say, and its
        # records count on that.
        return replace(rules, applied_exclusions=tuple(
            replace(rule, matcher=AllMatcher()) for rule in rules.applied_exclusions))
    except ConfigError as e:
        if str(e).startswith("Validating "):
            raise
        raise _undecodable(resource, e) from e


def _undecodable(resource: Resource, why: Exception) -> ConfigError:
    return ConfigError(f"Unmarshaling {resource.description}: error unmarshaling JSON: while decoding JSON: {why}")


def check_version(wanted: Any, have: str) -> None:
    """`minimumRequiredVersion` against the program's own version. Raises ConfigError."""
    if not wanted:
        return
    if str(wanted).startswith("v"):
        raise ConfigError("Validating minimum version: Must not have prefix 'v' (e.g. '0.8.0')")
    from oakum.semver import parse

    least, mine = parse(str(wanted)), parse(have)
    if least is None:
        raise ConfigError(f"Validating minimum version: {wanted} is not valid SemVer string")
    if mine is None:
        raise ConfigError(f"Parsing version constraint: Malformed version: {have}")
    if mine < least:
        raise ConfigError(f"kapp version '{have}' does not meet the minimum required version '{wanted}'")


def rules_of(raw: Mapping[str, Any]) -> Config:
    """The rules in the fields of a Config document, decoded as `CONFIG` says. Raises ConfigError."""
    return Config(
        rebase=tuple(_rebase(e, at) for at, e in enumerate(_entries(raw, "rebaseRules"))),
        wait=tuple(_wait(e) for e in _entries(raw, "waitRules")),
        ownership=tuple(_place(e) for e in _entries(raw, "ownershipLabelRules")),
        scoping=tuple(_place(e) for e in _entries(raw, "labelScopingRules")),
        templates=tuple(_template(e) for e in _entries(raw, "templateRules")),
        masks=tuple(_place(e) for e in _entries(raw, "diffMaskRules")),
        applied_exclusions=tuple(_place(e, True) for e in _entries(raw, "diffAgainstLastAppliedFieldExclusionRules")),
        existing_exclusions=tuple(_place(e, True) for e in _entries(raw, "diffAgainstExistingFieldExclusionRules")),
        labels={k: v or "" for k, v in (raw.get("additionalLabels") or {}).items()},
        groups=tuple(GroupBinding(_matcher(e), e.get("name", "")) for e in _entries(raw, "changeGroupBindings")),
        orders=tuple(RuleBinding(_matcher(e), tuple(rule or "" for rule in e.get("rules") or ()),
                                 bool(e.get("ignoreIfCyclical"))) for e in _entries(raw, "changeRuleBindings")),
        preflight=tuple(PreflightRule(e.get("name", "")) for e in _entries(raw, "preflightRules")))


def _entries(raw: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The structs of a list; null stands for an empty one."""
    return [entry or {} for entry in raw.get(name) or []]


def _matcher(entry: Mapping[str, Any]) -> Matcher:
    return parse_matchers(entry.get("resourceMatchers"))


def _place(entry: Mapping[str, Any], patterns: bool = False) -> PathRule:
    return PathRule(_matcher(entry), parse_path(entry.get("path"), patterns=patterns), bool(entry.get("isDefault")))


def _rebase(entry: Mapping[str, Any], at: int) -> RebaseRule:
    matcher = _matcher(entry)
    one, many = entry.get("path"), entry.get("paths")
    if entry.get("ytt"):
        if one or many or entry.get("type") or entry.get("sources"):
            raise _bad_rebase(at, "Expected only resourceMatchers specified with ytt configuration")
        return RebaseRule(matcher, "ytt", template=_contract(entry["ytt"], "overlayContractV1", "overlay.yml"))
    if one and many:
        raise _bad_rebase(at, "Expected only one of path or paths specified")
    if not one and not many:
        raise _bad_rebase(at, "Expected either path or paths to be specified")
    kind = entry.get("type")
    if kind not in ("copy", "remove"):
        raise ConfigError(f"Unknown rebase rule type: {kind or ''} (supported: copy, remove)")
    paths: list[Path] = [parse_path(p, patterns=True) for p in (many or [one])]
    sources = tuple(s for s in entry.get("sources") or () if s in SOURCES)
    return RebaseRule(matcher, kind, tuple(paths), sources)


def _bad_rebase(at: int, why: str) -> ConfigError:
    return ConfigError(f"Validating config: Validating rebase rule {at}: {why}")


def _contract(raw: Any, contract: str, file: str) -> str:
    found = raw.get(contract) or {}
    return str(found.get(file, ""))


def _wait(entry: Mapping[str, Any]) -> WaitRule:
    conditions = []
    for c in _entries(entry, "conditionMatchers"):
        conditions.append(ConditionMatcher(
            c.get("type", ""), c.get("status", ""), bool(c.get("failure")), bool(c.get("success")),
            bool(c.get("unblockChanges")), bool(c.get("supportsObservedGeneration"))))
    function = _contract(entry["ytt"], "funcContractV1", "resource.star") if entry.get("ytt") else ""
    return WaitRule(_matcher(entry), tuple(conditions), bool(entry.get("supportsObservedGeneration")), function)


def _template(entry: Mapping[str, Any]) -> TemplateRule:
    references = []
    for r in _entries(entry.get("affectedResources") or {}, "objectReferences"):
        references.append(Reference(_matcher(r), parse_path(r.get("path")), r.get("nameKey") or "name"))
    return TemplateRule(_matcher(entry), tuple(references))
