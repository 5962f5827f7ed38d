"""The fields of a Config document and the types of their values (kapp spec, section 6.1)."""
from __future__ import annotations

from oakum.gostruct import ANY, BOOL, TEXT, Many, Named, Shape, Struct

PATH = Many(ANY, "resources.Path")
TEXTS = Many(TEXT)
MATCHER = Struct("config.ResourceMatcher")
MATCHERS = Many(MATCHER)
_KIND = {"kind": TEXT}
MATCHER.fields.update({
    "allMatcher": Struct("config.AllMatcher"),
    "anyMatcher": Struct("config.AnyMatcher", {"matchers": MATCHERS}),
    "andMatcher": Struct("config.AndMatcher", {"matchers": MATCHERS}),
    "notMatcher": Struct("config.NotMatcher", {"matcher": MATCHER}),
    "kindNamespaceNameMatcher": Struct("config.KindNamespaceNameMatcher", {**_KIND, "namespace": TEXT, "name": TEXT}),
    "apiGroupKindMatcher": Struct("config.APIGroupKindMatcher", {**_KIND, "apiGroup": TEXT}),
    "apiVersionKindMatcher": Struct("config.APIVersionKindMatcher", {**_KIND, "apiVersion": TEXT}),
    "hasAnnotationMatcher": Struct("config.HasAnnotationMatcher", {"keys": TEXTS}),
    "hasNamespaceMatcher": Struct("config.HasNamespaceMatcher", {"names": TEXTS}),
    "customResourceMatcher": Struct("config.CustomResourceMatcher"),
    "emptyFieldMatcher": Struct("config.EmptyFieldMatcher", {"path": PATH}),
})


def _rules(go_name: str, /, **fields: Shape) -> Many:
    return Many(Struct(f"config.{go_name}", {"resourceMatchers": MATCHERS, **fields}))


def _ytt(name: str, contract: str, file: str) -> Struct:
    inner = Struct(f"config.{name}{contract[0].upper()}{contract[1:]}", {file: TEXT})
    return Struct(f"config.{name}", {contract: inner})


CONDITIONS = Many(Struct("config.WaitRuleConditionMatcher", {
    "type": TEXT, "status": TEXT, "failure": BOOL, "success": BOOL, "unblockChanges": BOOL,
    "supportsObservedGeneration": BOOL}))
AFFECTED = Struct("config.AffectedResources", {"objectReferences": _rules("ObjectReference", path=PATH, nameKey=TEXT)})
CONFIG = Struct("config.Config", {
    "minimumRequiredVersion": TEXT,
    "rebaseRules": _rules("RebaseRule", path=PATH, paths=Many(PATH), type=TEXT, sources=TEXTS,
                          ytt=_ytt("RebaseRuleYtt", "overlayContractV1", "overlay.yml")),
    "waitRules": _rules("WaitRule", supportsObservedGeneration=BOOL, conditionMatchers=CONDITIONS,
                        ytt=_ytt("WaitRuleYtt", "funcContractV1", "resource.star")),
    "ownershipLabelRules": _rules("OwnershipLabelRule", path=PATH),
    "labelScopingRules": _rules("LabelScopingRule", path=PATH, isDefault=BOOL),
    "templateRules": _rules("TemplateRule", affectedResources=AFFECTED),
    "diffMaskRules": _rules("DiffMaskRule", path=PATH),
    "diffAgainstLastAppliedFieldExclusionRules": _rules("DiffAgainstLastAppliedFieldExclusionRule", path=PATH),
    "diffAgainstExistingFieldExclusionRules": _rules("DiffAgainstExistingFieldExclusionRule", path=PATH),
    "additionalLabels": Named(TEXT),
    "changeGroupBindings": _rules("ChangeGroupBinding", name=TEXT),
    "changeRuleBindings": _rules("ChangeRuleBinding", rules=TEXTS, ignoreIfCyclical=BOOL),
    "preflightRules": Many(Struct("config.PreflightRule", {"name": TEXT, "config": Named(ANY)})),
})
