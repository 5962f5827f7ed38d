"""`@ytt:url`: escaping, query parameters and URLs by Go's net/url (ytt: module url)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.starlark import Builtin, Dict, Failure, List, Module, make_dict
from oakum.starlark.meter import charge
from oakum.template.arguments import exactly, string
from oakum.template.convert import to_go_type, to_yaml
from oakum.template.modules.opaque import Opaque, methods, without_string
from oakum.template.modules.url_syntax import Encoding, URLError, UserInfo, escape, parse_url, unescape
from oakum.typing import Any
from oakum.yaml.nodes import Array, Map

_VALUE = "@ytt:url.value"
_USER = "@ytt:url.user"


def url_module() -> Module:
    """The module."""
    functions: dict[str, Callable[..., Any]] = {
        "path_segment_encode": _coder(escape, Encoding.PATH_SEGMENT),
        "path_segment_decode": _coder(unescape, Encoding.PATH_SEGMENT),
        "query_param_value_encode": _coder(escape, Encoding.QUERY),
        "query_param_value_decode": _coder(unescape, Encoding.QUERY),
        "query_params_encode": _params_encode,
        "query_params_decode": _params_decode,
        "parse": _parse,
    }
    return Module("url", {name: Builtin(f"url.{name}", function) for name, function in functions.items()})


def _coder(change: Callable[[str, Encoding], str], encoding: Encoding) -> Callable[..., str]:
    def call(*arguments: Any, **keywords: Any) -> str:
        exactly(arguments, 1)
        try:
            return change(string(arguments[0]), encoding)
        except URLError as error:
            raise Failure(str(error)) from None

    return call


def _params_encode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    value = to_yaml(arguments[0])
    if not isinstance(value, Map):
        raise Failure(f"expected argument to be a map, but was {to_go_type(value)}")
    pairs: dict[str, list[str]] = {}
    for item in value.items:
        if type(item.key) is not str:
            raise Failure(f"expected map key to be string, but was {to_go_type(item.key)}")
        if not isinstance(item.value, Array):
            raise Failure(f"expected map value to be array, but was {to_go_type(item.value)}")
        pairs[item.key] = [_element(one.value) for one in item.value.items]
    return "&".join(
        f"{escape(key, Encoding.QUERY)}={escape(one, Encoding.QUERY)}" for key in sorted(pairs) for one in pairs[key]
    )


def _element(value: Any) -> str:
    if type(value) is not str:
        raise Failure(f"expected array value to be string, but was {to_go_type(value)}")
    return value


def _params_decode(*arguments: Any, **keywords: Any) -> Dict:
    exactly(arguments, 1)
    found: dict[str, List] = {}
    problem: URLError | None = None
    charge(40 * string(arguments[0]).count("&"))
    for part in string(arguments[0]).replace(";", "&").split("&"):
        if not part:
            continue
        key, _, value = part.partition("=")
        try:
            name, text = unescape(key, Encoding.QUERY), unescape(value, Encoding.QUERY)
        except URLError as error:
            problem = problem or error
            continue
        found.setdefault(name, List()).append(text)
    if problem is not None:
        raise Failure(str(problem))
    return make_dict((key, found[key]) for key in sorted(found))


def _parse(*arguments: Any, **keywords: Any) -> Opaque:
    exactly(arguments, 1)
    text = string(arguments[0])
    try:
        return _value(parse_url(text))
    except URLError as error:
        raise Failure(str(error)) from None


def _value(parsed: Any) -> Opaque:
    functions = {
        "without_user": lambda: _value(parsed.without_user()),
        "string": parsed.text,
        "hostname": parsed.hostname,
    }
    members = {"user": _user(parsed.user), **methods(_VALUE, functions)}
    return Opaque(_VALUE, members, without_string(_VALUE), parsed)


def _user(user: UserInfo | None) -> Opaque | None:
    if user is None:
        return None
    members = {"name": user.name, "password": user.password, **methods("", {"string": user.text})}
    return Opaque(_USER, members, without_string(_USER), user)
