"""Subresources that are not a part of their object: scale, binding, eviction, tokens; and the review kinds."""

from dataclasses import replace
from typing import Any

from oakum.kube.selector import Selector
from oakum.lab.api import clock, codec, selectors, status
from oakum.lab.api.authorizer import Authorizer
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Kind, Resource
from oakum.lab.api.patches import json_patch, merge_patch
from oakum.lab.api.paths import Target
from oakum.lab.api.reviews import Reviews
from oakum.lab.api.users import Users
from oakum.lab.store import Obj, clone

_SCALE = Kind("autoscaling", "v1", "Scale")
_PATHS = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


class Subresources:
    """Handlers by verb: they take a target and return the object to answer with. They raise ApiError."""

    def __init__(self, cluster: Cluster, users: Users, authorizer: Authorizer) -> None:
        self._cluster = cluster
        self._users = users
        self._reviews = Reviews(users, authorizer, cluster.now)

    def get(self, aimed: Target) -> Obj:
        """GET: the scale, or the object itself for subresources that are a view of it."""
        obj = self._cluster.get(aimed.resource, aimed.name, aimed.namespace)
        return scale_of(aimed.resource, obj) if aimed.subresource == "scale" else obj

    def create(self, aimed: Target, body: Any, options: Options) -> Obj:
        """POST to a subresource, or to a kind that is not stored."""
        handlers = {
            "token": self._token,
            "binding": self._bind,
            "eviction": self._evict,
        }
        if handler := handlers.get(aimed.subresource):
            return handler(aimed, body, options)
        if aimed.resource.plural == "bindings":
            name = _read("v1", "Binding", body, options)["metadata"].get("name", "")
            pods = self._cluster.resource("pods")
            return self._bind(Target(pods, aimed.namespace, name, "binding"), body, options)
        return self._reviews.answer(aimed.resource, body, aimed.namespace, options)

    def update(self, aimed: Target, body: Any, options: Options) -> Obj:
        """PUT of a scale."""
        scale = codec.read_kind(_SCALE, codec.shape_of_kind(_SCALE), body, options)
        return self._rescale(aimed, scale, options)

    def patch(self, aimed: Target, patch: Any, form: str, options: Options) -> Obj:
        """PATCH of a scale; a strategic or an applied patch merges, since a scale has no lists."""
        current = scale_of(aimed.resource, self._cluster.get(aimed.resource, aimed.name, aimed.namespace))
        changed = json_patch(current, patch) if form == "json" else merge_patch(current, patch)
        return self.update(aimed, changed, options)

    def _rescale(self, aimed: Target, scale: Obj, options: Options) -> Obj:
        replicas = (scale.get("spec") or {}).get("replicas", 0)
        if replicas < 0 and aimed.resource.custom is None:
            error = status.invalid("spec.replicas", replicas, "must be greater than or equal to 0")
            raise status.unprocessable("Scale", "autoscaling", aimed.name, [error])
        with self._cluster.store.locked():
            obj = clone(self._cluster.get(aimed.resource, aimed.name, aimed.namespace))
            if version := scale["metadata"].get("resourceVersion"):
                obj["metadata"]["resourceVersion"] = version
            _put(obj, _paths_of(aimed.resource)["specReplicasPath"], replicas)
            where = (aimed.name, obj, aimed.namespace, replace(options, through="scale"))
            return scale_of(aimed.resource, self._cluster.update(aimed.resource, *where))

    def _token(self, aimed: Target, body: Any, options: Options) -> Obj:
        account = self._cluster.get(aimed.resource, aimed.name, aimed.namespace)
        kind = Kind("authentication.k8s.io", "v1", "TokenRequest")
        asked = codec.read_kind(kind, codec.shape_of_kind(kind), body or {}, options)
        spec = asked.get("spec") or {}
        seconds = spec.get("expirationSeconds") or 3600
        if seconds < 600:
            error = status.invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
            raise status.unprocessable("TokenRequest", "authentication.k8s.io", "", [error])
        bound = self._bound(aimed, spec["boundObjectRef"]) if spec.get("boundObjectRef") else None
        token, until = self._users.token_for(account, seconds, spec.get("audiences") or [], bound)
        metadata = {
            "name": aimed.name,
            "namespace": aimed.namespace,
            "creationTimestamp": clock.stamp(self._cluster.now()),
        }
        return {
            "kind": kind.name,
            "apiVersion": kind.api_version,
            "metadata": metadata,
            "spec": {**spec, "expirationSeconds": seconds},
            "status": {"token": token, "expirationTimestamp": clock.stamp(until)},
        }

    def _bound(self, aimed: Target, reference: Obj) -> Obj:
        """What a token is bound to: a Pod of the account, a Secret or a Node. Raises ApiError 400, 404 or 409."""
        kind, name = reference.get("kind") or "", reference.get("name") or ""
        group = (reference.get("apiVersion") or "").rpartition("/")[0]
        if group or kind not in _BINDABLE:
            what = f"{reference.get('apiVersion') or ''}, Kind={kind}"
            raise status.bad_request(f"cannot bind token to object of type {what}")
        resource = self._cluster.resource(_BINDABLE[kind])
        found = self._cluster.get(resource, name, aimed.namespace if resource.namespaced else "")
        uid = found["metadata"]["uid"]
        if reference.get("uid") not in (None, "", uid):
            detail = f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record. "
            detail += "The object might have been deleted and then recreated"
            raise status.conflict(kind, "", name, detail)
        if kind == "Pod" and found["spec"].get("serviceAccountName") != aimed.name:
            detail = "to pod running with different serviceaccount name."
            raise status.bad_request(f'cannot bind token for serviceaccount "{aimed.name}" {detail}')
        return {**reference, "uid": uid}

    def _bind(self, aimed: Target, body: Any, options: Options) -> Obj:
        node = (_read("v1", "Binding", body, options).get("target") or {}).get("name")
        if not node:
            raise status.unprocessable("Binding", "", aimed.name, [status.required("target.name")])
        with self._cluster.store.locked():
            pod = self._cluster.get(aimed.resource, aimed.name, aimed.namespace)
            if pod["spec"].get("nodeName"):
                detail = f"pod {aimed.name} is already assigned to node {pod['spec']['nodeName']!r}"
                raise status.conflict("pods/binding", "", aimed.name, detail.replace("'", '"'))
            scheduled = {"type": "PodScheduled", "status": "True"}
            scheduled["lastTransitionTime"] = clock.stamp(self._cluster.now())

            def change(obj: Obj) -> None:
                obj["spec"]["nodeName"] = node
                others = [each for each in obj["status"].get("conditions") or [] if each["type"] != "PodScheduled"]
                obj["status"]["conditions"] = [*others, scheduled]

            self._cluster.store.mutate("pods", aimed.name, aimed.namespace, change)
        return _success(201)

    def _evict(self, aimed: Target, body: Any, options: Options) -> Obj:
        eviction = _read("policy/v1", "Eviction", body, options)
        if eviction["metadata"].get("name", aimed.name) != aimed.name:
            raise status.bad_request("name in URL does not match name in Eviction object")
        with self._cluster.store.locked():
            pod = self._cluster.get(aimed.resource, aimed.name, aimed.namespace)
            for budget in self._cluster.store.list("poddisruptionbudgets.policy", aimed.namespace).items:
                wanted = selectors.of_object(budget["spec"].get("selector"))
                chosen = wanted is not None and selectors.selects(wanted, pod["metadata"].get("labels"))
                if chosen and (budget.get("status") or {}).get("disruptionsAllowed", 0) <= 0:
                    raise _disrupting(budget)
            asked = eviction.get("deleteOptions") or {}
            if not options.dry_run:
                self._cluster.delete(
                    aimed.resource, aimed.name, aimed.namespace, DeleteOptions(asked.get("gracePeriodSeconds"))
                )
        return _success(201)


def _read(version: str, kind: str, body: Any, options: Options) -> Obj:
    """The body of a POST to a subresource; raises ApiError 400."""
    group, _, short = version.rpartition("/")
    known = Kind(group, short, kind)
    return codec.read_kind(known, codec.shape_of_kind(known), body, options)


def _success(code: int) -> Obj:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": code}


def _disrupting(budget: Obj) -> status.ApiError:
    name, state = budget["metadata"]["name"], budget.get("status") or {}
    message = f"The disruption budget {name} needs {state.get('desiredHealthy', 0)} healthy pods and has "
    cause = {"reason": "DisruptionBudget", "message": message + f"{state.get('currentHealthy', 0)} currently"}
    text = "Cannot evict pod as it would violate the pod's disruption budget."
    return status.ApiError(429, "TooManyRequests", text, {"causes": [cause]}, 10)


def _paths_of(resource: Resource) -> dict[str, str]:
    return (resource.custom.scale or _PATHS) if resource.custom else _PATHS


def _at(obj: Obj, path: str) -> Any:
    value: Any = obj
    for step in path.strip(".").split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(obj: Obj, path: str, value: Any) -> None:
    *above, last = path.strip(".").split(".")
    for step in above:
        obj = obj.setdefault(step, {})
    obj[last] = value


def scale_of(resource: Resource, obj: Obj) -> Obj:
    """The `autoscaling/v1 Scale` of an object."""
    paths = _paths_of(resource)
    metadata = {key: obj["metadata"][key] for key in _KEPT if key in obj["metadata"]}
    state: Obj = {"replicas": _at(obj, paths["statusReplicasPath"]) or 0}
    selector = _at(obj, paths.get("labelSelectorPath", ".spec.selector"))
    if text := selector if isinstance(selector, str) else selector_text(selector):
        state["selector"] = text
    replicas = _at(obj, paths["specReplicasPath"]) or 0
    spec = {"replicas": replicas} if replicas else {}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": state}


_BINDABLE = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}
_KEPT = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def selector_text(selector: Obj | None) -> str:
    """A LabelSelector (or a plain map of labels) in the form that queries take."""
    if not selector:
        return ""
    plain = "matchLabels" not in selector and "matchExpressions" not in selector
    found = selectors.of_labels(selector) if plain else selectors.of_object(selector) or Selector()
    return str(Selector(tuple(sorted(found.requirements, key=lambda each: each.key))))
