"""Refusals as the API server words them: an HTTP code, a reason and a message, carried by a `v1.Status` object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oakum.errors import LabError
from oakum.lab.api.gojson import quoted
from oakum.lab.store import Obj

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One complaint of validation: the field's path, the kind of complaint and its wording."""

    path: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def invalid(path: str, value: Any, detail: str) -> FieldError:
    """A value that breaks a rule."""
    return FieldError(path, "FieldValueInvalid", f"Invalid value: {quoted(value)}: {detail}")


def required(path: str, detail: str = "") -> FieldError:
    """A value that is missing."""
    return FieldError(path, "FieldValueRequired", "Required value" + (f": {detail}" if detail else ""))


def duplicate(path: str, value: Any) -> FieldError:
    """A value that occurs twice."""
    return FieldError(path, "FieldValueDuplicate", f"Duplicate value: {quoted(value)}")


def unsupported(path: str, value: Any, choices: Sequence[str]) -> FieldError:
    """A value that is not one of a list, which the message repeats in its order."""
    known = ", ".join(quoted(choice) for choice in choices)
    return FieldError(path, "FieldValueNotSupported", f"Unsupported value: {quoted(value)}: supported values: {known}")


def forbidden(path: str, detail: str) -> FieldError:
    """A value that may not be set here."""
    return FieldError(path, "FieldValueForbidden", f"Forbidden: {detail}")


def not_found_value(path: str, value: Any) -> FieldError:
    """A value that refers to nothing."""
    return FieldError(path, "FieldValueNotFound", f"Not found: {quoted(value)}")


def too_long(path: str, limit: int) -> FieldError:
    """A text that is too long (bytes)."""
    return FieldError(path or "[]", "FieldValueTooLong", f"Too long: may not be more than {limit} bytes")


def too_many(path: str, actual: int, limit: int) -> FieldError:
    """A list that is too long."""
    return FieldError(path, "FieldValueTooMany", f"Too many: {actual}: must have at most {limit} items")


@dataclass
class ApiError(LabError):
    """A request that is answered with a failure `Status`."""

    code: int
    reason: str
    message: str
    details: Obj | None = None
    retry_after: int | None = None

    def __str__(self) -> str:
        return self.message

    def status(self) -> Obj:
        """The `v1.Status` object that clients read."""
        status: Obj = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        status["message"] = self.message
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = self.details
        status["code"] = self.code
        return status


def _details(plural: str, group: str, name: str = "") -> Obj:
    pairs = {"name": name, "group": group, "kind": plural}
    return {key: value for key, value in pairs.items() if value}


def qualified(plural: str, group: str) -> str:
    """`deployments.apps`, `pods`: how messages and the store name a resource."""
    return f"{plural}.{group}" if group else plural


def not_found(plural: str, group: str, name: str) -> ApiError:
    """404 for an object."""
    message = f"{qualified(plural, group)} {quoted(name)} not found"
    return ApiError(404, "NotFound", message, _details(plural, group, name))


class NoSuchPath(ApiError):
    """404 for a path outside of the built-in groups; the real server answers with plain text."""


def no_such_path(builtin: bool = False) -> ApiError:
    """404 for a path that is no resource; `builtin` says that it lies in a group of the server's own."""
    failure = ApiError if builtin else NoSuchPath
    return failure(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(plural: str, group: str, name: str) -> ApiError:
    """409 on create."""
    message = f"{qualified(plural, group)} {quoted(name)} already exists"
    return ApiError(409, "AlreadyExists", message, _details(plural, group, name))


def conflict(plural: str, group: str, name: str, detail: str = MODIFIED) -> ApiError:
    """409 on a stale resourceVersion or a failed precondition."""
    message = f"Operation cannot be fulfilled on {qualified(plural, group)} {quoted(name)}: {detail}"
    return ApiError(409, "Conflict", message, _details(plural, group, name))


def refused(plural: str, group: str, name: str, detail: str) -> ApiError:
    """403: by the authorizer or by admission."""
    subject = qualified(plural, group) + (f" {quoted(name)}" if name else "")
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {detail}", _details(plural, group, name))


def unprocessable(kind: str, group: str, name: str, errors: Sequence[FieldError]) -> ApiError:
    """422 with every complaint as a cause."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    causes = [{"reason": error.reason, "message": error.message, "field": error.path} for error in errors]
    message = f"{qualified(kind, group)} {quoted(name)} is invalid: {listed}"
    return ApiError(422, "Invalid", message, {**_details(kind, group, name), "causes": causes})


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, "BadRequest", message)


def unrecognized(kind: str, detail: str) -> ApiError:
    """400 for a body that is no object."""
    prefix = f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind"
    return bad_request(f"{prefix}; json parse error: {detail}")


def internal(message: str) -> ApiError:
    """500 with nothing but a message: what the real server makes of an error that it did not foresee."""
    return ApiError(500, "", message)


def unauthorized() -> ApiError:
    """401: no credentials, or unknown ones."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def not_allowed() -> ApiError:
    """405: a resource that does not take this verb."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def expired(message: str) -> ApiError:
    """410: a version or continue token that is too old."""
    return ApiError(410, "Expired", message)
