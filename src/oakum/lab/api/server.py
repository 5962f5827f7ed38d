"""The API server as an ASGI application: authenticate, authorize, route, and render what the cluster answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from oakum.lab.api import listing, pages, status
from oakum.lab.api.aging import warnings_of
from oakum.lab.api.authorizer import AllowAll, Attempt, Authorizer, denial
from oakum.lab.api.call import Answer, Call, Receive, Scope, Send, call_of, failure, read_body, read_patch
from oakum.lab.api.calls import Caller, DeleteOptions, Options, delete_options, dry_run
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.codec import no_object
from oakum.lab.api.paths import Attributes, Target, attributes, target
from oakum.lab.api.rules import rules_of
from oakum.lab.api.status import ApiError
from oakum.lab.api.subresources import Subresources
from oakum.lab.api.users import Users
from oakum.lab.api.views import renderer
from oakum.lab.api.watching import WatchStream
from oakum.lab.store import Obj

if TYPE_CHECKING:
    from oakum.lab.api.streams import PodStreams

_FORMS = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
    "application/apply-patch+json": "apply",
}
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_STREAMED = ("log", "exec", "attach", "portforward")


class Server:
    """The ASGI application of one cluster.

    `streams` serves logs and the interactive subresources of pods; without it they are refused with 501.
    """

    def __init__(
        self,
        cluster: Cluster,
        users: Users,
        authorizer: Authorizer | None = None,
        streams: PodStreams | None = None,
    ) -> None:
        self.cluster = cluster
        self.users = users
        self.authorizer = authorizer or AllowAll()
        self.streams = streams
        self._subresources = Subresources(cluster, users, self.authorizer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            return
        call = call_of(scope)
        try:
            await self._answer(call, scope, receive, send)
        except ApiError as error:
            answer = failure(error)
            answer.yaml = call.wants_yaml
            await _refuse(scope, answer, send)

    async def _answer(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        caller = self._caller(call)
        found = attributes(call.path)
        if found is None:
            self._authorize(caller, Attempt(_plain_verb(call), path=call.path))
            page = pages.answer(self.cluster, call)
            page.yaml = call.wants_yaml
            await page.send(send)
            return
        verb = "watch" if found.watched else _verb(call, scope, bool(found.name), found.subresource)
        self._authorize(
            caller, Attempt(verb, found.group, found.plural, found.subresource, found.namespace, found.name)
        )
        aimed = target(self.cluster.catalog, found)
        if aimed is None:
            await self._missing(found, verb).send(send)
            return
        if aimed.subresource in _STREAMED and aimed.resource.key == "pods":
            await self._stream(aimed, scope, receive, send)
            return
        _check_verb(aimed, verb)
        if verb == "watch":
            await self._watch(call, aimed).serve(receive, send)
            return
        call.content = await read_body(receive)
        try:
            answer = self._handled(call, aimed, verb, caller)
        except ApiError as error:
            answer = failure(error)
        answer.pretty = call.flag("pretty")
        answer.yaml = call.wants_yaml
        answer.warnings = [*warnings_of(aimed.resource, verb), *call.warnings]
        await answer.send(send)

    def _missing(self, found: Attributes, verb: str) -> Answer:
        """The answer where nothing is served: of a custom object's part that its version does not have, that it is not
        found."""
        resource = self.cluster.catalog.find(found.group, found.version, found.plural)
        if resource is None or resource.custom is None or not found.subresource:
            return failure(status.no_such_path(self.cluster.catalog.is_builtin(found.group)))
        answer = failure(status.not_found(resource.plural, resource.group, found.name))
        answer.warnings = warnings_of(resource, verb)
        return answer

    def _caller(self, call: Call) -> Caller:
        caller = self.users.of(call.headers.get("authorization", ""))
        if caller is None:
            raise status.unauthorized()
        name = call.headers.get("impersonate-user")
        if not name:
            return caller
        self._authorize(caller, Attempt("impersonate", "", "users", name=name))
        groups = tuple(filter(None, call.headers.get("impersonate-group", "").split(",")))
        return Caller(name, (*groups, "system:authenticated"))

    def _authorize(self, caller: Caller, attempt: Attempt) -> None:
        if caller.is_master or self.authorizer.reason(caller, attempt) is not None:
            return
        detail = denial(caller, attempt)
        if attempt.path:
            raise ApiError(403, "Forbidden", f"forbidden: {detail}", {})
        raise status.refused(attempt.resource, attempt.group, attempt.name, detail)

    def _watch(self, call: Call, aimed: Target) -> WatchStream:
        return WatchStream(self.cluster, call, aimed, renderer(self.cluster, call, aimed.resource))

    async def _stream(self, aimed: Target, scope: Scope, receive: Receive, send: Send) -> None:
        pod = self.cluster.get(aimed.resource, aimed.name, aimed.namespace)
        if self.streams is None:
            raise ApiError(501, "NotImplemented", f"this lab runs no node that could serve {aimed.subresource}")
        await self.streams(pod, aimed.subresource, scope, receive, send)

    def _handled(self, call: Call, aimed: Target, verb: str, caller: Caller) -> Answer:
        handler: Callable[[Call, Target, Caller], Answer] = {
            "get": self._get,
            "list": self._list,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_all,
        }[verb]
        return handler(call, aimed, caller)

    def _object(self, call: Call, aimed: Target, obj: Obj, code: int = 200) -> Answer:
        return Answer(code, renderer(self.cluster, call, aimed.resource)(obj))

    def _get(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        if aimed.subresource not in ("", "status"):
            return Answer(200, self._subresources.get(aimed))
        return self._object(call, aimed, self.cluster.get(aimed.resource, aimed.name, aimed.namespace))

    def _list(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        try:
            found = listing.page(self.cluster, call, aimed)
        except listing.StaleToken as stale:
            body = stale.error.status()
            return Answer(410, {**body, "metadata": {"continue": stale.token}})
        return Answer(200, pages.listed(self.cluster, call, aimed, found))

    def _create(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        options = _options(call, caller, "CreateOptions")
        body = call.json(aimed.resource.kind.name)
        if aimed.subresource or "get" not in aimed.resource.verbs:
            made = self._subresources.create(aimed, body, options)
            return Answer(201, made)
        if aimed.name:
            raise status.not_allowed()
        obj = self.cluster.create(aimed.resource, body, aimed.namespace, options)
        return self._object(call, aimed, obj, 201)

    def _update(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        options = _options(call, caller, "UpdateOptions")
        if aimed.subresource == "scale":
            return Answer(200, self._subresources.update(aimed, call.json(), options))
        body = call.json(aimed.resource.kind.name)
        created = Attempt("create", aimed.resource.group, aimed.resource.plural, "", aimed.namespace, aimed.name)
        obj, new = self.cluster.put(aimed.resource, aimed.name, body, aimed.namespace, options, aimed.subresource,
                                    lambda: self._authorize(caller, created))
        return self._object(call, aimed, obj, 201 if new else 200)

    def _patch(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        options = _options(call, caller, "PatchOptions")
        form = _FORMS.get(call.media_type)
        if form is None:
            raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
        if aimed.subresource == "scale":
            return Answer(200, self._subresources.patch(aimed, read_patch(call, form), form, options))
        if form == "apply" and not options.manager:
            raise _unmanaged()
        where = (aimed.name, read_patch(call, form), form, aimed.namespace, options, aimed.subresource)
        obj, created = self.cluster.patch(aimed.resource, *where)
        return self._object(call, aimed, obj, 201 if created else 200)

    def _delete(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        options = _deletion(call)
        obj, gone = self.cluster.delete(aimed.resource, aimed.name, aimed.namespace, options)
        if not gone or rules_of(aimed.resource).returns_deleted:
            return self._object(call, aimed, obj)
        return Answer(200, deleted_status(aimed, obj))

    def _delete_all(self, call: Call, aimed: Target, caller: Caller) -> Answer:
        options = _deletion(call)
        found = listing.page(self.cluster, call, aimed)
        for obj in found.items:
            metadata = obj["metadata"]
            self.cluster.delete(aimed.resource, metadata["name"], metadata.get("namespace", ""), options)
        return Answer(200, pages.listed(self.cluster, call, aimed, found))


def _plain_verb(call: Call) -> str:
    return {"GET": "get", "HEAD": "head", "POST": "post", "PUT": "put"}.get(call.method, call.method.lower())


def _verb(call: Call, scope: Scope, named: bool, subresource: str) -> str:
    if scope["type"] == "websocket":
        if subresource in _STREAMED:
            return "create" if call.method == "POST" else "get"
        return "watch"
    if call.method == "GET":
        if call.flag("watch"):
            return "watch"
        return "get" if named else "list"
    if call.method == "DELETE":
        return "delete" if named else "deletecollection"
    verb = _VERBS.get(call.method)
    if verb is None:
        raise status.not_allowed()
    return verb


def _check_verb(aimed: Target, verb: str) -> None:
    sub = aimed.resource.subresources.get(aimed.subresource)
    verbs = sub.verbs if sub else aimed.resource.verbs
    if verb not in verbs or (verb in ("update", "patch") and not aimed.name):
        raise status.not_allowed()
    if verb == "deletecollection" and aimed.resource.namespaced and not aimed.namespace:
        raise status.not_allowed()
    if verb == "create" and aimed.resource.namespaced and not aimed.namespace:
        raise status.no_such_path(builtin=True) if sub else status.not_allowed()


def _options(call: Call, caller: Caller, kind: str) -> Options:
    manager = call.parameter("fieldManager")
    if not manager and _FORMS.get(call.media_type) != "apply":
        manager = call.headers.get("user-agent", "unknown").partition("/")[0][:128]
    if wrong := _manager_errors(manager):
        raise status.unprocessable(kind, "meta.k8s.io", "", wrong)
    validation = call.parameter("fieldValidation") or "Warn"
    if validation not in ("Strict", "Warn", "Ignore"):
        error = status.unsupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"])
        raise status.unprocessable(kind, "meta.k8s.io", "", [error])
    rehearsal = dry_run(list(filter(None, call.query.get("dryRun", []))), kind)
    return Options(caller, manager, rehearsal, validation, call.flag("force"), call.warnings, call.repeated)


def _unmanaged() -> ApiError:
    error = status.required("fieldManager", "is required for apply patch")
    return status.unprocessable("PatchOptions", "meta.k8s.io", "", [error])


def _manager_errors(manager: str) -> list[status.FieldError]:
    if len(manager.encode()) > 128:
        return [status.too_long("fieldManager", 128)]
    for index, letter in enumerate(manager):
        if not letter.isprintable():
            shown = manager.encode("unicode_escape").decode()
            detail = f"invalid character U+{ord(letter):04X} (at position {index})"
            message = f'Invalid value: "{shown}": {detail}'
            return [status.FieldError("fieldManager", "FieldValueInvalid", message)]
    return []


def _deletion(call: Call) -> DeleteOptions:
    body: Any = call.json() or {}
    if not isinstance(body, dict):
        raise status.bad_request(f"couldn't get version/kind; json parse error: {no_object(body)}")
    return delete_options(body, call.parameter)


def deleted_status(aimed: Target, obj: Obj) -> Obj:
    """The `Status` that reports a finished deletion."""
    resource = aimed.resource
    pairs = {"name": aimed.name, "group": resource.group, "kind": resource.plural, "uid": obj["metadata"]["uid"]}
    details = {key: value for key, value in pairs.items() if value}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


async def _refuse(scope: Scope, answer: Answer, send: Send) -> None:
    if scope["type"] == "websocket":
        if "websocket.http.response" in scope.get("extensions", {}):
            head = {"type": "websocket.http.response.start", "status": answer.code, "headers": []}
            await send(head)
            import orjson

            await send({"type": "websocket.http.response.body", "body": orjson.dumps(answer.body)})
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": answer.body["message"][:120]})
        return
    await answer.send(send)
