"""One HTTP request and its answer, in the few forms that the API has."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

from oakum.lab.api.duplicates import repeated_fields
from oakum.lab.api.status import ApiError, NoSuchPath, bad_request, unrecognized

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_READ = {
    "application/json", "application/yaml", "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/apply-patch+json",
}  # fmt: skip
_UNRECOGNIZED = "the object provided is unrecognized (must be of type {})"
LIMIT = 3 * 1024 * 1024
"""Bytes of a request's body, as the real server has it."""


@dataclass(slots=True)
class Call:
    """A request: method, path, query, headers (lower case), and its body once it was read."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    content: bytes = b""
    warnings: list[str] = field(default_factory=list)
    """What the answer warns of, whether the request succeeds or not."""
    repeated: list[str] = field(default_factory=list)
    """The paths of fields that the body, once it was read, turned out to state twice."""

    def parameter(self, name: str) -> str:
        """A query parameter; empty when it is missing."""
        return self.query.get(name, [""])[0]

    def flag(self, name: str) -> bool:
        """A boolean query parameter."""
        return self.parameter(name) in ("true", "1", "True")

    def number(self, name: str) -> int:
        """A numeric query parameter, 0 when it is missing; raises ApiError 400."""
        text = self.parameter(name)
        try:
            return int(text or 0)
        except ValueError:
            raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None

    @property
    def wants_yaml(self) -> bool:
        """Whether the client would have its answer in YAML, and names no other form before."""
        for part in self.headers.get("accept", "").split(","):
            if (form := part.partition(";")[0].strip()) in ("application/json", "application/yaml", "*/*"):
                return form == "application/yaml"
        return False

    @property
    def media_type(self) -> str:
        """The body's media type without parameters."""
        return self.headers.get("content-type", "application/json").partition(";")[0].strip()

    def json(self, kind: str = "") -> Any:
        """The body, JSON or YAML; None when it is empty. Raises ApiError 400 or 415; 400 for no body of this `kind`."""
        if self.media_type == "application/vnd.kubernetes.protobuf":
            from oakum.lab.api.protobuf import decode

            return decode(self.content) if self.content else None
        if self.content and self.media_type not in _READ:
            message = (
                "the body of the request was in an unknown format - accepted media types include: "
                "application/json, application/yaml, application/vnd.kubernetes.protobuf"
            )
            raise ApiError(415, "UnsupportedMediaType", message)
        if not self.content and kind:
            raise unrecognized(kind, "unexpected end of JSON input (<empty>)")
        if not self.content:
            return None
        try:
            body = orjson.loads(self.content)
            if kind and self.parameter("fieldValidation") != "Ignore":
                self.repeated += repeated_fields(self.content)
            return body
        except orjson.JSONDecodeError as error:
            if "yaml" in self.media_type:
                return _yaml(self.content, kind)
            start = self.content[:1024]
            shown = _started(start.decode("utf-8", "replace")) if start.startswith(b"{") else start.hex()
            raise unrecognized(kind, f"{parse_error(error)} ({shown})") from None


def read_patch(call: Call, form: str) -> Any:
    """The body of a patch of this form; raises ApiError 400 or 415."""
    if form == "apply" or not call.media_type.endswith("json"):
        return call.json()
    try:
        return orjson.loads(call.content)
    except orjson.JSONDecodeError as error:
        prefix = "" if form == "strategic" else "error decoding patch: "
        raise bad_request(prefix + (parse_error(error) if call.content else "unexpected end of JSON input")) from None


def parse_error(error: orjson.JSONDecodeError) -> str:
    """What Go's decoder would say of a text that is not JSON."""
    if error.pos >= len(error.doc):
        return "unexpected end of JSON input"
    if "unexpected content after document" in error.msg or "trailing characters" in error.msg:
        return f"invalid character {error.doc[error.pos]!r} after top-level value"
    if "trailing comma" in error.msg:
        follows = error.doc[error.pos :].lstrip(", \t\r\n")[:1]
        where = "object key string" if follows == "}" else "value"
        return f"invalid character {follows!r} looking for beginning of {where}"
    where = "object key string" if "key" in error.msg else "value"
    return f"invalid character {error.doc[error.pos]!r} looking for beginning of {where}"


def _started(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]} ..."


def _yaml(content: bytes, kind: str) -> Any:
    from oakum.errors import YAMLError
    from oakum.yaml.plain import load_all

    try:
        documents = load_all(content.decode())
    except (YAMLError, UnicodeDecodeError) as error:
        if kind:
            raise bad_request(f"{_UNRECOGNIZED.format(kind)}: {error} ({content[:1024].hex()})") from None
        raise bad_request(f"error decoding YAML: error converting YAML to JSON: {error}") from None
    return documents[0] if documents else None


def call_of(scope: Scope) -> Call:
    """The request that an ASGI scope describes."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
    raw = scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else scope["path"]
    return Call(scope.get("method", "GET"), path, query, headers)


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises ApiError 413 when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > LIMIT:
            raise ApiError(413, "RequestEntityTooLarge", f"Request entity too large: limit is {LIMIT}")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


@dataclass(slots=True)
class Answer:
    """A response: status code, a JSON value or bytes, and headers."""

    code: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    warnings: list[str] = field(default_factory=list)
    pretty: bool = False
    yaml: bool = False

    async def send(self, send: Send) -> None:
        """Write the response."""
        content, media_type = self._written()
        pairs = {"content-type": media_type, "content-length": str(len(content)), **self.headers}
        await send({"type": "http.response.start", "status": self.code, "headers": _headers(pairs, self.warnings)})
        await send({"type": "http.response.body", "body": content})


    def _written(self) -> tuple[bytes, str]:
        if isinstance(self.body, bytes):
            return self.body, self.media_type
        if self.yaml:
            from oakum.yaml.plain import dump

            return dump(self.body).encode(), "application/yaml"
        return orjson.dumps(self.body, option=orjson.OPT_INDENT_2 if self.pretty else 0), self.media_type


def _headers(pairs: dict[str, str], warnings: list[str]) -> list[tuple[bytes, bytes]]:
    lines = [(name.encode(), value.encode()) for name, value in pairs.items()]
    lines += [(b"cache-control", b"no-cache, private")]
    for text in warnings:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        lines.append((b"warning", f'299 - "{escaped}"'.encode()))
    return lines


def failure(error: ApiError) -> Answer:
    """The answer to a refused request."""
    if isinstance(error, NoSuchPath):
        return Answer(404, b"404 page not found\n", media_type="text/plain; charset=utf-8")
    headers = {"retry-after": str(error.retry_after)} if error.retry_after is not None else {}
    return Answer(error.code, error.status(), headers)
