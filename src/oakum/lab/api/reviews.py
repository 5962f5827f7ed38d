"""The review kinds: questions about access and identity that are answered and not stored."""

from collections.abc import Callable
from typing import Any

from oakum.lab.api import clock, codec, status, writes
from oakum.lab.api.authorizer import Attempt, Authorizer
from oakum.lab.api.calls import Caller, Options
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.kinds import Resource
from oakum.lab.api.managers import Manager, after_update
from oakum.lab.api.rbac import RoleBased
from oakum.lab.api.users import Users
from oakum.lab.store import Obj

Answer = Callable[[Obj, Caller], Obj]


class Reviews:
    """Answers SelfSubjectAccessReview and its kin (authorization.k8s.io/v1, authentication.k8s.io/v1)."""

    def __init__(self, users: Users, authorizer: Authorizer, now: clock.Clock) -> None:
        self._users = users
        self._authorizer = authorizer
        self._now = now

    def answer(self, resource: Resource, body: Any, namespace: str, options: Options) -> Obj:
        """The review with its status filled in; raises ApiError 405 for a kind that is no review."""
        answers: dict[str, Answer] = {
            "SelfSubjectAccessReview": self._own_access,
            "SubjectAccessReview": self._access,
            "LocalSubjectAccessReview": self._access,
            "SelfSubjectRulesReview": self._own_rules,
            "SelfSubjectReview": self._self,
            "TokenReview": self._token,
        }
        found = answers.get(resource.kind.name)
        if found is None:
            raise status.not_allowed()
        obj = codec.read(resource, body, options)
        stamp = clock.stamp(self._now())
        if resource.kind.name == "SelfSubjectReview":
            return {**obj, "metadata": {"creationTimestamp": stamp}, "status": found({}, options.caller)}
        if resource.kind.name == "SelfSubjectRulesReview":
            return {**obj, "spec": {}, "status": found(obj.get("spec") or {}, options.caller)}
        stated = ((obj.get("spec") or {}).get("resourceAttributes") or {}).get("namespace", namespace)
        if resource.kind.name == "LocalSubjectAccessReview" and stated != namespace:
            raise _wrong(status.invalid("spec.resourceAttributes.namespace", stated, "must match metadata.namespace"))
        manager = Manager(options.manager, "Update", resource.kind.api_version)
        obj = after_update(codec.shape_of(resource), writes.empty(resource), obj, manager, stamp)
        obj.setdefault("spec", {})
        return {**obj, "status": found(obj["spec"], options.caller)}

    def _own_access(self, spec: Obj, caller: Caller) -> Obj:
        return self._decision(spec, caller)

    def _access(self, spec: Obj, _: Caller) -> Obj:
        if not spec.get("user") and not spec.get("groups"):
            error = status.invalid("spec.user", "", "at least one of user or group must be specified")
            raise _wrong(error)
        return self._decision(spec, Caller(spec.get("user", ""), tuple(spec.get("groups") or ())))

    def _decision(self, spec: Obj, caller: Caller) -> Obj:
        wanted, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if wanted is not None and path is not None:
            shown = go_struct({"verb": "", "path": "", **path}, "Path", "Verb")
            detail = "cannot be specified in combination with resourceAttributes"
            raise _wrong(status.invalid("spec.nonResourceAttributes", shown, detail))
        if wanted is None and path is None:
            detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            raise _wrong(status.invalid("spec.resourceAttributes", wanted, detail))
        path = path or {}
        attempt = _attempt(wanted) if wanted is not None else Attempt(path.get("verb", ""), path=path.get("path", ""))
        reason = "" if caller.is_master else self._authorizer.reason(caller, attempt)
        if reason is None:
            return {"allowed": False}
        return {"allowed": True, **({"reason": reason} if reason else {})}

    def _own_rules(self, spec: Obj, caller: Caller) -> Obj:
        if not spec.get("namespace"):
            raise status.bad_request("no namespace on request")
        everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        paths = {"verbs": ["*"], "nonResourceURLs": ["*"]}
        rules = [everything, paths] if caller.is_master else []
        if isinstance(self._authorizer, RoleBased):
            rules += [rule for _, rule in self._authorizer.rules(caller, spec["namespace"])]
        elif not rules:
            rules = [everything, paths]
        return {
            "resourceRules": [rule for rule in rules if "nonResourceURLs" not in rule],
            "nonResourceRules": [rule for rule in rules if "nonResourceURLs" in rule],
            "incomplete": False,
        }

    def _self(self, _: Obj, caller: Caller) -> Obj:
        return {"userInfo": _info(caller)}

    def _token(self, spec: Obj, _: Caller) -> Obj:
        if not spec.get("token"):
            raise status.bad_request("token is required for TokenReview in authentication")
        caller = self._users.of_token(spec["token"])
        if caller is None:
            return {"user": {}, "error": "invalid bearer token"}
        return {"authenticated": True, "user": _info(caller), "audiences": spec.get("audiences") or []}


def _wrong(error: status.FieldError) -> status.ApiError:
    return status.unprocessable("", "authorization.k8s.io", "", [error])


def _info(caller: Caller) -> Obj:
    return {"username": caller.name, "groups": list(caller.groups), **({"uid": caller.uid} if caller.uid else {})}


def _attempt(wanted: Obj) -> Attempt:
    keys = ("verb", "group", "resource", "subresource", "namespace", "name")
    return Attempt(*(wanted.get(key, "") for key in keys))
