"""The registry as an ASGI application: its routes, the login each demands, and errors turned into answers."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from oakum.lab.registry import blob_routes, manifest_routes, upload_routes
from oakum.lab.registry.call import Call
from oakum.lab.registry.login import Access, Basic, Guard, Open, Tokens
from oakum.lab.registry.names import LONGEST_NAME, NAME
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.storage import Storage

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A URL pattern, and for each method the action it needs a permission for and its handler."""

    pattern: re.Pattern[str]
    methods: Mapping[str, tuple[str, Handler]]


async def _version(call: Call) -> Response:
    return Response(b"{}", media_type="application/json")


async def _token(call: Call) -> Response:
    if not isinstance(call.guard, Tokens):
        raise Refusal("UNSUPPORTED", "this registry issues no tokens", status=404)
    request = call.request
    form = dict(parse_qsl((await request.body()).decode())) if request.method == "POST" else {}
    scopes = request.query_params.getlist("scope") + form.get("scope", "").split()
    answer = call.guard.issue(call.guard.user(request, form), scopes)
    return Response(orjson.dumps(answer), media_type="application/json")


def _route(path: str, **methods: tuple[str, Handler]) -> Route:
    pattern = path.replace("{name}", rf"(?P<name>{NAME})")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    if "get" in methods:
        methods["head"] = methods["get"]
    return Route(re.compile(pattern), {method.upper(): handler for method, handler in methods.items()})


ROUTES = (
    _route("/v2/?", get=("", _version)),
    _route("/token", get=("open", _token), post=("open", _token)),
    _route("/v2/_catalog", get=("catalog", manifest_routes.catalog)),
    _route("/v2/{name}/blobs/uploads/?", post=("push", upload_routes.start)),
    _route(
        "/v2/{name}/blobs/uploads/{upload}",
        get=("push", upload_routes.status),
        patch=("push", upload_routes.append),
        put=("push", upload_routes.finish),
        delete=("push", upload_routes.cancel),
    ),
    _route("/v2/{name}/blobs/{digest}", get=("pull", blob_routes.get), delete=("delete", blob_routes.delete)),
    _route(
        "/v2/{name}/manifests/{reference}",
        get=("pull", manifest_routes.get),
        put=("push", manifest_routes.put),
        delete=("delete", manifest_routes.delete),
    ),
    _route("/v2/{name}/tags/list", get=("pull", manifest_routes.tags)),
    _route("/v2/{name}/referrers/{digest}", get=("pull", manifest_routes.referrers)),
)


class Registry:
    """The ASGI application over one `Storage`."""

    def __init__(self, storage: Storage, guard: Guard) -> None:
        self.storage = storage
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            response = await self._answer(Request(scope, receive))
        except Refusal as refusal:
            response = refusal.response()
        except ClientDisconnect:
            return
        response.headers["Docker-Distribution-API-Version"] = "registry/2.0"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        for route in ROUTES:
            match = route.pattern.fullmatch(request.url.path)
            if match:
                break
        else:
            message = f"no such path, or an invalid repository name: {request.url.path}"
            raise Refusal("NAME_INVALID", message, status=404)
        if request.method not in route.methods:
            allowed = ", ".join(route.methods)
            raise Refusal("UNSUPPORTED", "The operation is unsupported.", headers={"Allow": allowed})
        action, handler = route.methods[request.method]
        parameters = match.groupdict()
        if len(parameters.get("name", "")) > LONGEST_NAME:
            raise Refusal("NAME_INVALID", f"a repository's name has at most {LONGEST_NAME} characters")
        if action != "open":
            self._guard.check(request, _access(action, parameters))
        return await handler(Call(request, self.storage, self._guard, parameters))


def _access(action: str, parameters: dict[str, str]) -> Access | None:
    if action == "catalog":
        return Access("catalog", "*", "registry")
    return Access(parameters["name"], action) if action else None


def app(
    folder: Path,
    users: Mapping[str, str] | None = None,
    *,
    authentication: Literal["basic", "token"] = "basic",
    sync: bool = True,
) -> ASGIApp:
    """A registry that keeps everything below `folder`.

    `users` maps names to passwords; None lets everybody in. `authentication` says how they log in.
    `sync=False` skips fsync.
    """
    guard: Guard = Open()
    if users is not None:
        guard = Tokens(users) if authentication == "token" else Basic(users)
    return Registry(Storage(folder, sync=sync), guard)
