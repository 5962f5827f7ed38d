"""The built-in Config document, as tables (kapp spec, sections 6.2 to 6.5).

`DOCUMENT` has the shape of a Config document, so that users can print it, copy from it and read it as an example.
"""
from __future__ import annotations

from oakum.typing import Any

Raw = dict[str, Any]

APPS = ("apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1")
RBAC = tuple(f"rbac.authorization.k8s.io/{v}" for v in ("v1", "v1alpha1", "v1beta1"))
CRON = ("batch/v1", "batch/v1beta1", "batch/v2alpha1")
GROUPS = "change-groups.kapp.k14s.io/"
OPT_OUT = "kapp.k14s.io/disable-default-change-group-and-rules"


def kind(name: str, *versions: str) -> list[Raw]:
    """Matchers for a kind in each of the API versions."""
    return [{"apiVersionKindMatcher": {"apiVersion": v, "kind": name}} for v in versions]


DEPLOYMENT = kind("Deployment", *APPS)
POD_TEMPLATES = [m for k in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet") for m in kind(k, *APPS)]
POD_TEMPLATES += kind("Job", "batch/v1")
CRON_JOBS = kind("CronJob", *CRON)
SERVICE_ACCOUNT, SECRET, CONFIG_MAP, POD = (kind(k, "v1") for k in ("ServiceAccount", "Secret", "ConfigMap", "Pod"))
APP = kind("App", "kappctrl.k14s.io/v1alpha1")
PACKAGE_INSTALL = kind("PackageInstall", "packaging.carvel.dev/v1alpha1")
PACKAGE_REPOSITORY = kind("PackageRepository", "packaging.carvel.dev/v1alpha1")
CRD = [{"apiGroupKindMatcher": {"apiGroup": "apiextensions.k8s.io", "kind": "CustomResourceDefinition"}}]
ROLES = kind("ClusterRole", *RBAC) + kind("Role", *RBAC)
BINDINGS = kind("ClusterRoleBinding", *RBAC) + kind("RoleBinding", *RBAC)
STORAGE_CLASS = kind("StorageClass", "storage/v1", "storage/v1beta1")
STORAGE = kind("PersistentVolume", "v1") + kind("PersistentVolumeClaim", "v1")
POD_RELATED = [
    *kind("NetworkPolicy", "extensions/v1beta1", "networking.k8s.io/v1"),
    *kind("ResourceQuota", "v1"), *kind("LimitRange", "v1"),
    *kind("PodSecurityPolicy", "extensions/v1beta1", "policy/v1beta1"),
    *kind("PodDisruptionBudget", "policy/v1beta1"),
    *kind("PriorityClass", *(f"scheduling.k8s.io/{v}" for v in ("v1alpha1", "v1beta1", "v1"))),
    *kind("RuntimeClass", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1"),
    *SERVICE_ACCOUNT, *SECRET, *CONFIG_MAP]
EVERYTHING: list[Raw] = [{"allMatcher": {}}]
ALL: Raw = {"allIndexes": True}


def any_of(matchers: list[Raw]) -> Raw:
    """A matcher for whatever one of `matchers` is for."""
    return {"anyMatcher": {"matchers": matchers}}


def unless(annotations: list[str], matchers: list[Raw]) -> list[Raw]:
    """`matchers`, but for resources that carry one of the annotations."""
    out: list[Raw] = [{"notMatcher": {"matcher": {"hasAnnotationMatcher": {"keys": [a]}}}} for a in annotations]
    return [{"andMatcher": {"matchers": [*out, any_of(matchers)]}}]


def copy(matchers: list[Raw], sources: list[str], *paths: list[Any]) -> Raw:
    """A rule that copies `paths` from the first of `sources` that has them."""
    return {"paths": list(paths), "type": "copy", "sources": sources, "resourceMatchers": matchers}


def notes(*names: str) -> list[list[Any]]:
    """Paths of annotations."""
    return [["metadata", "annotations", name] for name in names]


NEW_FIRST = ["new", "existing"]
TOKENS_OVERLAY = """\
#@ load("@ytt:data", "data")
#@ load("@ytt:overlay", "overlay")

#@ def last(items, prefix):
#@   found = None
#@   for item in items:
#@     if item.name.startswith(prefix):
#@       found = item.name
#@     end
#@   end
#@   return found
#@ end

#@ def entries(owner, key):
#@   return list(getattr(owner, key)) if hasattr(owner, key) else []
#@ end

#@ existing = data.values.existing
#@ docker = existing.metadata.name + "-dockercfg-"
#@ pull = last(entries(existing, "imagePullSecrets"), docker)
#@ token = last(entries(existing, "secrets"), existing.metadata.name + "-token-")
#@ mount = last(entries(existing, "secrets"), docker)

#@overlay/match by=overlay.all
---
#@ if/end pull:
#@overlay/match missing_ok=True
imagePullSecrets:
#@overlay/match by="name", missing_ok=True
- name: #@ pull
#@ if/end token or mount:
#@overlay/match missing_ok=True
secrets:
#@ if/end token:
#@overlay/match by="name", missing_ok=True
- name: #@ token
#@ if/end mount:
#@overlay/match by="name", missing_ok=True
- name: #@ mount
"""

REBASE: list[Raw] = [
    {"path": ["metadata"], "type": "copy", "sources": ["existing"], "resourceMatchers": EVERYTHING},
    *({"path": ["metadata", field], "type": kind_, **({"sources": ["new"]} if kind_ == "copy" else {}),
       "resourceMatchers": EVERYTHING} for field in ("labels", "annotations") for kind_ in ("remove", "copy")),
    copy(kind("Service", "v1"), NEW_FIRST, ["spec", "clusterIP"], ["spec", "healthCheckNodePort"]),
    copy(kind("Namespace", "v1"), NEW_FIRST, ["spec", "finalizers"]),
    copy(kind("Namespace", "v1"), NEW_FIRST, *notes(
        "openshift.io/sa.scc.mcs", "openshift.io/sa.scc.supplemental-groups", "openshift.io/sa.scc.uid-range")),
    copy(kind("PersistentVolumeClaim", "v1"), NEW_FIRST, *notes(
        "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller", "pv.kubernetes.io/migrated-to",
        "volume.beta.kubernetes.io/storage-provisioner"),
        ["spec", "storageClassName"], ["spec", "volumeMode"], ["spec", "volumeName"]),
    copy(kind("Deployment", "apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"), NEW_FIRST,
         *notes("deployment.kubernetes.io/revision")),
    copy([m for k in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
          for m in kind(k, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1")],
         NEW_FIRST, ["webhooks", ALL, "clientConfig", "caBundle"]),
    copy(kind("APIService", "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"), NEW_FIRST,
         ["spec", "caBundle"]),
    copy(kind("CustomResourceDefinition", "apiextensions.k8s.io/v1beta1"), NEW_FIRST,
         ["spec", "conversion", "webhookClientConfig", "caBundle"]),
    copy(kind("CustomResourceDefinition", "apiextensions.k8s.io/v1"), NEW_FIRST,
         ["spec", "conversion", "webhook", "clientConfig", "caBundle"]),
    copy(POD, NEW_FIRST, ["spec", "nodeName"]),
    {"ytt": {"overlayContractV1": {"overlay.yml": TOKENS_OVERLAY}}, "resourceMatchers": SERVICE_ACCOUNT},
    copy([{"andMatcher": {"matchers": [
        *SECRET, {"hasAnnotationMatcher": {"keys": ["secretgen.carvel.dev/image-pull-secret"]}},
        {"notMatcher": {"matcher": {"hasAnnotationMatcher": {
            "keys": ["kapp.k14s.io/disable-default-secretgen-rebase-rules"]}}}}]}}],
        ["existing", "new"], ["data", ".dockerconfigjson"], *notes("secretgen.carvel.dev/status")),
    copy([{"andMatcher": {"matchers": [
        any_of(kind("ClusterRole", *RBAC)),
        {"notMatcher": {"matcher": {"emptyFieldMatcher": {"path": ["aggregationRule"]}}}}]}}],
        ["existing"], ["rules"]),
]

OWNERSHIP: list[Raw] = [{"path": ["metadata", "labels"], "resourceMatchers": EVERYTHING}] + [
    {"path": path, "resourceMatchers": unless(["kapp.k14s.io/disable-default-ownership-label-rules"], matchers)}
    for path, matchers in (
        (["spec", "template", "metadata", "labels"], POD_TEMPLATES),
        (["spec", "volumeClaimTemplates", ALL, "metadata", "labels"],
         kind("StatefulSet", "apps/v1", "apps/v1beta1", "extensions/v1beta1")),
        (["spec", "template", "metadata", "labels"], kind("Job", "batch/v1beta1", "batch/v2alpha1")),
        (["spec", "jobTemplate", "spec", "template", "metadata", "labels"], CRON_JOBS))]

SCOPING: list[Raw] = [
    {"path": path, "isDefault": True, "resourceMatchers": unless(
        ["kapp.k14s.io/disable-label-scoping", "kapp.k14s.io/disable-default-label-scoping-rules"], matchers)}
    for path, matchers in (
        (["spec", "selector"], kind("Service", "v1")),
        (["spec", "selector", "matchLabels"], POD_TEMPLATES),
        (["spec", "selector", "matchLabels"], kind("PodDisruptionBudget", "policy/v1beta1")))]


def references(prefix: list[str], matchers: list[Raw], *paths: list[Any], name_key: str = "") -> list[Raw]:
    """Places under `prefix` of the matched resources that name another object."""
    extra = {"nameKey": name_key} if name_key else {}
    return [{"path": [*prefix, *path], "resourceMatchers": matchers, **extra} for path in paths]


def in_containers(what: str) -> list[list[Any]]:
    """Where containers refer to a `configMap` or `secret`."""
    return [[group, ALL, *rest] for group in ("containers", "initContainers")
            for rest in (["env", ALL, "valueFrom", f"{what}KeyRef"], ["envFrom", ALL, f"{what}Ref"])] + [
        ["volumes", ALL, "projected", "sources", ALL, what]]


TEMPLATED = ((["spec", "template", "spec"], POD_TEMPLATES),
             (["spec", "jobTemplate", "spec", "template", "spec"], CRON_JOBS))
VALUES_OF = ("ytt", "helmTemplate", "cue")

CONFIG_MAP_REFERENCES: list[Raw] = [
    r for prefix, matchers in TEMPLATED
    for r in references(prefix, matchers, *in_containers("configMap"), ["volumes", ALL, "configMap"])
] + references(["spec"], POD, ["volumes", ALL, "configMap"]) + references(
    ["spec"], APP, ["fetch", ALL, "inline", "pathsFrom", ALL, "configMapRef"],
    ["template", ALL, "ytt", "inline", "pathsFrom", ALL, "configMapRef"],
    *(["template", ALL, v, "valuesFrom", ALL, "configMapRef"] for v in VALUES_OF),
) + references(["spec"], PACKAGE_REPOSITORY, ["fetch", "inline", "pathsFrom", ALL, "configMapRef"])

SECRET_REFERENCES: list[Raw] = [
    r for prefix, matchers in TEMPLATED
    for r in references(prefix, matchers, *in_containers("secret"), ["imagePullSecrets", ALL])
    + references(prefix, matchers, ["volumes", ALL, "secret"], name_key="secretName")
] + references(["spec"], POD, ["volumes", ALL, "secret"], name_key="secretName") + references(
    ["spec"], POD, ["imagePullSecrets", ALL],
) + references([], SERVICE_ACCOUNT, ["imagePullSecrets", ALL], ["secrets", ALL]) + references(
    ["spec"], APP, ["cluster", "kubeconfigSecretRef"], ["fetch", ALL, "inline", "pathsFrom", ALL, "secretRef"],
    *(["fetch", ALL, f, "secretRef"] for f in ("imgpkgBundle", "http", "git")),
    ["fetch", ALL, "helmChart", "repository", "secretRef"],
    ["template", ALL, "ytt", "inline", "pathsFrom", ALL, "secretRef"],
    *(["template", ALL, v, "valuesFrom", ALL, "secretRef"] for v in VALUES_OF),
    ["template", ALL, "sops", "pgp", "privateKeySecretRef"],
) + references(["spec"], PACKAGE_INSTALL, ["values", ALL, "secretRef"], ["cluster", "kubeconfigSecretRef"],
) + references(["spec"], PACKAGE_REPOSITORY, ["fetch", "inline", "pathsFrom", ALL, "secretRef"])

GROUP_BINDINGS: list[Raw] = [{"name": GROUPS + name, "resourceMatchers": matchers} for name, matchers in (
    ("crds", CRD), ("crds-{crd-group}-{crd-kind}", CRD),
    ("namespaces", kind("Namespace", "v1")), ("namespaces-{name}", kind("Namespace", "v1")),
    ("storage-class", STORAGE_CLASS), ("storage", STORAGE),
    ("rbac-roles", ROLES), ("rbac-role-bindings", BINDINGS), ("rbac", ROLES + BINDINGS),
    ("pod-related", POD_RELATED), ("serviceaccount", SERVICE_ACCOUNT),
    ("kapp-controller-app", [{"apiGroupKindMatcher": {"apiGroup": "kappctrl.k14s.io", "kind": "App"}}]),
    ("kapp-controller-packageinstall",
     [{"apiGroupKindMatcher": {"apiGroup": "packaging.carvel.dev", "kind": "PackageInstall"}}]))]


def order(rules: list[str], matchers: list[Raw], *, optional: bool = True, opt_out: bool = True) -> Raw:
    """Change rules for the matched resources; `{g}` stands for the prefix of built-in groups."""
    out: Raw = {"rules": [r.replace("{g}", GROUPS) for r in rules]}
    if optional:
        out["ignoreIfCyclical"] = True
    out["resourceMatchers"] = unless([OPT_OUT], matchers) if opt_out else matchers
    return out


def never(matchers: list[Raw]) -> Raw:
    """A matcher for whatever none of `matchers` is for."""
    return {"notMatcher": {"matcher": any_of(matchers)}}


RULE_BINDINGS: list[Raw] = [
    order(["upsert after upserting {g}crds-{api-group}-{kind}"], [{"customResourceMatcher": {}}], optional=False),
    order(["delete before deleting {g}crds"], [{"customResourceMatcher": {}}]),
    order(["delete after deleting {g}crds"],
          [{"andMatcher": {"matchers": [never([{"customResourceMatcher": {}}]), never(CRD)]}}]),
    order(["upsert after upserting {g}namespaces-{namespace}"], [{"hasNamespaceMatcher": {}}], optional=False),
    order(["delete before deleting {g}namespaces-{namespace}"], SERVICE_ACCOUNT),
    order(["upsert after upserting {g}rbac-roles"], BINDINGS),
    order([f"{what} {{g}}kapp-controller-{group}" for what in ("upsert before upserting", "delete after deleting")
           for group in ("packageinstall", "app")], SERVICE_ACCOUNT + ROLES + BINDINGS),
    order(["upsert after upserting {g}storage-class"], STORAGE, opt_out=False),
    order([f"upsert after upserting {{g}}{group}" for group in ("pod-related", "rbac", "storage-class", "storage")],
          [{"andMatcher": {"matchers": [{"hasNamespaceMatcher": {}}, never(
              STORAGE_CLASS + STORAGE + ROLES + BINDINGS + POD_RELATED)]}}], opt_out=False),
]

REVISION = ["metadata", "annotations", "deployment.kubernetes.io/revision"]

DOCUMENT: Raw = {
    "apiVersion": "kapp.k14s.io/v1alpha1",
    "kind": "Config",
    "rebaseRules": REBASE,
    "diffAgainstLastAppliedFieldExclusionRules": [{"path": REVISION, "resourceMatchers": DEPLOYMENT}],
    "diffAgainstExistingFieldExclusionRules": [{"path": ["status"], "resourceMatchers": EVERYTHING}],
    "diffMaskRules": [{"path": [field], "resourceMatchers": SECRET} for field in ("data", "stringData")],
    "ownershipLabelRules": OWNERSHIP,
    "labelScopingRules": SCOPING,
    "templateRules": [
        {"resourceMatchers": CONFIG_MAP, "affectedResources": {"objectReferences": CONFIG_MAP_REFERENCES}},
        {"resourceMatchers": SECRET, "affectedResources": {"objectReferences": SECRET_REFERENCES}}],
    "changeGroupBindings": GROUP_BINDINGS,
    "changeRuleBindings": RULE_BINDINGS,
}
