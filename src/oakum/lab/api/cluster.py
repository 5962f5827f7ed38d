"""The verbs of the Kubernetes API on one store: what HTTP handlers, controllers and the node all call.

Every write runs under the store's lock from reading the stored object to writing the new one, so that preconditions,
quotas and uniqueness hold without retries.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from oakum.lab.api import apply, clock, codec, conversion, definitions, deletion, names, status, typed, writes
from oakum.lab.api.admission import Admission, Operation, Plugin
from oakum.lab.api.calls import DeleteOptions, Options
from oakum.lab.api.decode import DecodeError, conversion_problem, decode
from oakum.lab.api.gojson import described, dumped, go_map
from oakum.lab.api.kinds import Catalog, Resource
from oakum.lab.api.managers import Manager, after_update
from oakum.lab.api.patches import json_patch, merge_patch, strategic
from oakum.lab.api.plugins import MUTATING, VALIDATING
from oakum.lab.api.rules import rules_of
from oakum.lab.api.status import FieldError
from oakum.lab.store import Listing, NotFound, Obj, Store, clone

_NOT_A_MAP = "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"


_WHOLE = ("", "ephemeralcontainers", "resize")
"""The parts of objects that are defaulted and checked as the object is."""


class Cluster:
    """One Kubernetes API: a store, the catalog of what it serves, and a clock.

    Objects returned are shared with the store: `clone` before changing. All methods raise ApiError.
    """

    def __init__(self, store: Store, now: clock.Clock = clock.system, validating: Sequence[Plugin] = ()) -> None:
        self.store = store
        self.catalog = Catalog()
        self.now = now
        self.admission = Admission(store, self.catalog, now, MUTATING, (*VALIDATING, *validating))

    def resource(self, key: str) -> Resource:
        """A served resource by its key, `deployments.apps`; raises ApiError 404."""
        found = self.catalog.of_key(key)
        if found is None:
            raise status.no_such_path()
        return found

    def get(self, resource: Resource, name: str, namespace: str = "") -> Obj:
        """One object in the resource's version."""
        return conversion.from_stored(resource, self._stored(resource, name, namespace))

    def list(
        self,
        resource: Resource,
        namespace: str = "",
        accept: Callable[[Obj], bool] | None = None,
        at: int | None = None,
    ) -> Listing:
        """The objects of a resource, in its version."""
        found = self.store.list(resource.key, namespace, accept, at)
        return Listing([conversion.from_stored(resource, obj) for obj in found.items], found.version)

    def create(self, resource: Resource, body: Any, namespace: str = "", options: Options | None = None) -> Obj:
        """Create an object from a request's body."""
        options = options or Options()
        obj = codec.read(resource, body, options)
        if obj["metadata"].get("resourceVersion") and not options.dry_run:
            raise status.internal("resourceVersion should not be set on objects to be created")
        with self.store.locked():
            manager = self._manager(resource, options, "Update", "")
            obj = self._prepared(resource, obj, namespace, options, manager)
            return self._stored_new(resource, obj, options)

    def put(
        self,
        resource: Resource,
        name: str,
        body: Any,
        namespace: str,
        options: Options,
        subresource: str,
        check_create: Callable[[], None],
    ) -> tuple[Obj, bool]:
        """Replace an object, or create it where its kind allows that and `check_create` does not raise.

        Returns it and whether it is new.
        """
        obj = codec.read(resource, body, options)
        metadata, space = obj["metadata"], namespace if resource.namespaced else ""
        writes.check_name(metadata, name)
        with self.store.locked():
            if not subresource and self.store.find(resource.key, name, space) is None:
                writes.check_uid(resource, metadata, {"name": name, "uid": ""})
                if rules_of(resource).creates_on_update:
                    check_create()
                    metadata.pop("resourceVersion", None)
                    return self.create(resource, obj, namespace, options), True
            return self.update(resource, name, body, namespace, options, subresource), False

    def update(
        self,
        resource: Resource,
        name: str,
        body: Any,
        namespace: str = "",
        options: Options | None = None,
        subresource: str = "",
    ) -> Obj:
        """Replace an object, or the part of it that a subresource stands for."""
        options = options or Options()
        obj = codec.read(resource, body, options)
        with self.store.locked():
            old = self.get(resource, name, namespace)
            return self._updated(resource, old, obj, namespace, options, subresource)

    def patch(
        self,
        resource: Resource,
        name: str,
        patch: Any,
        form: str,
        namespace: str = "",
        options: Options | None = None,
        subresource: str = "",
    ) -> tuple[Obj, bool]:
        """Patch an object; `form` is `json`, `merge`, `strategic` or `apply`. Returns it and whether it is new."""
        options = options or Options()
        with self.store.locked():
            if form == "apply":
                return self._applied(resource, name, patch, namespace, options, subresource)
            old = self.get(resource, name, namespace)
            changed = patched(resource, old, patch, form)
            obj = _reread(resource, changed, options, patch if form == "strategic" else None)
            _check_identity(resource, old, obj)
            return self._updated(resource, old, obj, namespace, options, subresource), False

    def delete(
        self, resource: Resource, name: str, namespace: str = "", options: DeleteOptions | None = None
    ) -> tuple[Obj, bool]:
        """Delete an object; returns its last state and whether it is gone already."""
        options = options or DeleteOptions()
        with self.store.locked():
            old = self._stored(resource, name, namespace)
            deletion.check(resource, old, options)
            self.admission.validate(Operation("DELETE", resource, old, old, Options(dry_run=options.dry_run)))
            last = definitions.ending(old, self.now()) if resource.key == definitions.KEY else old
            waiting = deletion.marked(resource, last, options, self.now())
            if options.dry_run:
                return waiting or old, waiting is None
            if waiting is None:
                return self._gone(resource, deletion.last(resource, old, self.now())), True
            return self.store.update(resource.key, waiting), False

    def remove_finalizer(self, resource: Resource, obj: Obj, finalizer: str) -> None:
        """Take a finalizer off a stored object, which goes when it was the last one of a deleted object."""
        metadata = obj["metadata"]
        with self.store.locked():
            stored = self.store.find(resource.key, metadata["name"], metadata.get("namespace", ""))
            if stored is None or finalizer not in (stored["metadata"].get("finalizers") or []):
                return
            new = clone(stored)
            left = [item for item in new["metadata"].pop("finalizers") if item != finalizer]
            if left:
                new["metadata"]["finalizers"] = left
            self._replace(resource, new)

    def _stored(self, resource: Resource, name: str, namespace: str) -> Obj:
        try:
            return self.store.get(resource.key, name, namespace)
        except NotFound:
            raise status.not_found(resource.plural, resource.group, name) from None

    def _manager(self, resource: Resource, options: Options, operation: str, subresource: str) -> Manager:
        return Manager(options.manager, operation, resource.kind.api_version, subresource or options.through)

    def _prepared(
        self, resource: Resource, obj: Obj, namespace: str, options: Options, manager: Manager | None = None
    ) -> Obj:
        """A new object, placed, named, defaulted and found valid.

        `manager` becomes the owner of its fields as they are before admission and the server itself add theirs.
        """
        rules = rules_of(resource)
        writes.place(resource, obj, namespace)
        self.admission.enter(Operation("CREATE", resource, obj, None, options))
        writes.identify(resource, obj, rules, self.now())
        rules.default(obj)
        if manager is not None:
            stamp = clock.stamp(self.now())
            obj = after_update(codec.shape_of(resource), writes.empty(resource), obj, manager, stamp)
        operation = Operation("CREATE", resource, obj, None, options)
        self.admission.mutate(operation)
        rules.start(obj)
        self._check(resource, obj, rules.validate(obj) + rules.create(obj))
        self.admission.validate(operation)
        return obj

    def _check(self, resource: Resource, obj: Obj, errors: Sequence[FieldError], subresource: str = "") -> None:
        metadata, custom = obj["metadata"], resource.custom
        rules = rules_of(resource)
        found = names.check_metadata(metadata, resource.namespaced, rules.name, rules.strict)
        found += errors
        if custom is not None:
            found += [_of_part(error, subresource) for error in custom.validate(obj)]
        if found:
            raise status.unprocessable(resource.kind.name, resource.group, metadata.get("name") or "", found)

    def _stored_new(self, resource: Resource, obj: Obj, options: Options) -> Obj:
        metadata = obj["metadata"]
        found = self.store.find(resource.key, metadata["name"], metadata.get("namespace", ""))
        if found is not None:
            refusal = status.already_exists(resource.plural, resource.group, metadata["name"])
            if found["metadata"].get("deletionTimestamp"):
                refusal.message = f"object is being deleted: {refusal.message}"
            raise refusal
        if options.dry_run:
            return obj
        stored = self.store.create(resource.key, conversion.to_stored(resource, obj))
        if resource.key == definitions.KEY:
            self._establish(stored)
        return conversion.from_stored(resource, stored)

    def load_definitions(self) -> None:
        """Serve the custom resources of all stored definitions: after a restart."""
        for definition in self.store.list(definitions.KEY).items:
            self._establish(definition)

    def _establish(self, definition: Obj) -> None:
        """Let the catalog follow a definition, and the definition say so in its status."""
        resource, now = self.resource(definitions.KEY), self.now()
        manager = Manager("kube-apiserver", "Update", resource.kind.api_version, "status")
        ready = definitions.established(definition, self.catalog, now)
        ready = after_update(codec.shape_of(resource), definition, ready, manager, clock.stamp(now), keep=True)
        stored = self.store.update(definitions.KEY, ready)
        self.catalog.replace_custom(stored["metadata"]["name"], definitions.served(stored))

    def _updated(
        self, resource: Resource, old: Obj, new: Obj, namespace: str, options: Options, subresource: str
    ) -> Obj:
        manager = self._manager(resource, options, "Update", subresource)
        new = self._checked(resource, old, new, namespace, options, subresource, manager)
        return self._replaced(resource, new, options)

    def _checked(
        self,
        resource: Resource,
        old: Obj,
        new: Obj,
        namespace: str,
        options: Options,
        subresource: str,
        manager: Manager | None = None,
    ) -> Obj:
        """The new state of a stored object: what may change, defaulted, counted and found valid.

        `manager` becomes the owner of what it writes, before admission adds its own.
        """
        rules = rules_of(resource)
        writes.match(resource, old, new, namespace, rules)
        new = writes.carried(resource, old, new, subresource)
        whole = subresource in _WHOLE
        if whole:
            rules.default(new)
        if manager is not None:
            # The real server leaves out when a scale was changed.
            stamp = "" if options.through else clock.stamp(self.now())
            new = after_update(codec.shape_of(resource), old, new, manager, stamp)
        operation = Operation("UPDATE", resource, new, old, options, subresource)
        self.admission.mutate(operation)
        writes.count(rules, old, new)
        errors = writes.finalizer_errors(old, new)
        if whole:
            errors += rules.validate(new) + (rules.compare(new, old) if not subresource else [])
        self._check(resource, new, errors, subresource)
        if resource.custom is not None and (broken := resource.custom.transition(new, old)):
            raise status.unprocessable(resource.kind.name, resource.group, new["metadata"]["name"], broken)
        self.admission.validate(operation)
        return new

    def _replaced(self, resource: Resource, new: Obj, options: Options) -> Obj:
        if options.dry_run:
            return new
        return conversion.from_stored(resource, self._replace(resource, conversion.to_stored(resource, new)))

    def _replace(self, resource: Resource, stored: Obj) -> Obj:
        if deletion.is_over(resource, stored):
            return self._gone(resource, stored)
        written = self.store.update(resource.key, stored)
        if resource.key == definitions.KEY:
            self._establish(written)
        return written

    def _gone(self, resource: Resource, obj: Obj) -> Obj:
        metadata = obj["metadata"]
        if resource.key == definitions.KEY:
            self.catalog.replace_custom(metadata["name"], [])
        return self.store.delete(resource.key, metadata["name"], metadata.get("namespace", ""), last=obj)

    def _applied(
        self, resource: Resource, name: str, config: Any, namespace: str, options: Options, subresource: str
    ) -> tuple[Obj, bool]:
        config = self._configuration(resource, name, config, options)
        manager = self._manager(resource, options, "Apply", subresource)
        shape, now = codec.shape_of(resource), clock.stamp(self.now())
        key = (resource.key, name, namespace if resource.namespaced else "")
        live = self.store.find(*key)
        if live is None:
            if subresource:
                raise status.not_found(resource.plural, resource.group, name)
            applied = apply.apply(shape, None, config, manager, options.force, now)
            fresh = codec.read(resource, clone(applied.obj), options)
            uid = (config.get("metadata") or {}).get("uid")
            if uid:
                missing = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                raise status.conflict(resource.plural, resource.group, name, missing)
            obj = apply.finished(applied, self._prepared(resource, fresh, namespace, options))
            return self._stored_new(resource, obj, options), True
        old = conversion.from_stored(resource, live)
        applied = apply.apply(shape, old, config, manager, options.force, now)
        new = codec.read(resource, clone(applied.obj), options)
        _check_identity(resource, old, new)
        new["metadata"].setdefault("resourceVersion", old["metadata"]["resourceVersion"])
        new = self._checked(resource, old, new, namespace, options, subresource)
        return self._replaced(resource, apply.finished(applied, new), options), False

    def _configuration(self, resource: Resource, name: str, config: Any, options: Options) -> Obj:
        """What an apply asks for, without the zero values that decoding would add."""
        kind = resource.kind
        if config is None:
            config = {}
        if not isinstance(config, dict):
            into = "Go value of type map[string]interface {}"
            detail = f"json: cannot unmarshal {described(config)} into {into}"
            raise status.bad_request(
                f"error decoding YAML: error unmarshaling JSON: while decoding JSON: {detail}"
            )
        codec.check_typed(config)
        stated = (config.get("apiVersion") or "", config.get("kind") or "")
        if stated != (kind.api_version, kind.name):
            group, _, version = stated[0].rpartition("/")
            raise status.bad_request(f"invalid object type: {group}/{version}, Kind={stated[1]}")
        metadata = {**(config.get("metadata") or {})}
        if metadata.get("managedFields") is not None:
            raise status.bad_request("metadata.managedFields must be nil")
        if metadata.get("name", name) != name:
            raise status.bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
            )
        place = f"{metadata.get('namespace', '')}/{(config.get('metadata') or {}).get('name', '')}"
        pruned = self._pruned(resource, {**config, "metadata": metadata}, options, place)
        if not metadata.get("name"):
            raise _nameless(name)
        return pruned

    def _pruned(self, resource: Resource, config: Obj, options: Options, place: str) -> Obj:
        kind = resource.kind
        what = f"failed to create typed patch object ({place}; {kind.group}/{kind.version}, Kind={kind.name})"
        shape = codec.shape_of(resource)
        if resource.custom is not None:
            codec.read(resource, config, options)
            config = resource.custom.prune(config)
        wrong = list(typed.problems(shape, config))
        if len(wrong) > 1:
            raise status.internal(f"{what}: errors:\n" + "\n".join(f"  {each}" for each in wrong))
        if resource.custom is not None and not wrong:
            return config
        try:
            known, _ = decode(shape, config, fill=False)
        except DecodeError as error:
            wrong = wrong or [str(error)]
        if wrong:
            raise status.internal(f"{what}: {wrong[0]}")
        return known


def _of_part(error: FieldError, subresource: str) -> FieldError:
    """A complaint as it is worded about a status by itself: its text has the path from there."""
    if subresource != "status" or not error.path.startswith("status."):
        return error
    return replace(error, message=error.message.replace(f"{error.path} in body", f"{error.path[7:]} in body"))


def _reread(resource: Resource, changed: Any, options: Options, patch: Obj | None) -> Obj:
    """The object that a patch has made; ApiError 422 about it, or about a strategic `patch`, when it is none."""
    try:
        return codec.read(resource, changed, options)
    except status.ApiError as error:
        if resource.custom is not None:
            raise
        detail = error.message.partition(" cannot be handled as a ")[2].partition(": ")[2]
        if patch is not None:
            shown, detail = go_map(patch), conversion_problem(detail)
        else:
            shown = dumped(changed)
        wrong = status.invalid("patch", shown, detail or error.message)
        raise status.unprocessable("", "", "", [wrong]) from None


def _nameless(name: str) -> status.ApiError:
    return status.bad_request(
        f"the name of the object ({name} based on URL) was undeterminable: name must be provided"
    )


def _check_identity(resource: Resource, old: Obj, new: Obj) -> None:
    """A patch may take neither an object's name nor its uid."""
    name, uid = old["metadata"]["name"], new["metadata"].get("uid") or old["metadata"]["uid"]
    if not new["metadata"].get("name"):
        raise _nameless(name)
    if uid != old["metadata"]["uid"]:
        errors = [status.invalid("metadata.uid", uid, "field is immutable")] * 2
        raise status.unprocessable(resource.kind.name, resource.group, name, errors)


def patched(resource: Resource, old: Obj, patch: Any, form: str) -> Any:
    """The object's JSON after a patch that is not an apply; raises ApiError 400, 415 or 422."""
    if form == "json":
        return json_patch(old, patch)
    if not isinstance(patch, dict):
        raise status.bad_request(_NOT_A_MAP if form == "merge" else _NOT_A_MAP.removeprefix("error decoding patch: "))
    if form == "merge":
        return merge_patch(old, patch)
    if resource.custom is not None:
        supported = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
        message = f"the body of the request was in an unknown format - accepted media types include: {supported}"
        raise status.ApiError(415, "UnsupportedMediaType", message)
    return strategic(codec.shape_of(resource), old, patch)
