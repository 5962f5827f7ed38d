"""The cluster as deploying sees it: resources in, resources out, failures in the words of the reference."""
from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from oakum.deploy.errors import InputError, PlacedError
from oakum.deploy.resource import IDENTITY, Resource
from oakum.deploy.values import wire
from oakum.errors import KubeError
from oakum.kube.client import Client
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.kube.retry import EXISTENCE, retrying
from oakum.typing import Any, TypeVar

T = TypeVar("T")
KIND_WAIT_SECONDS = 10.0
UNCHECKED = [("fieldValidation", "Ignore")]
"""The server need not look for unknown fields, of which it warns by default."""
HINTS = {"the server does not allow this method on the requested resource":
         " (hint: resource is possibly not namespaced but must be)",
         "the server could not find the requested resource": " (hint: resource is possibly namespaced but cannot be)"}


class ServerError(PlacedError):
    """The server refused an operation on a resource; the places are those of the fields that it blames."""

    def __init__(self, what: str, resource: Resource, cause: KubeError) -> None:
        self.cause = cause
        self.resource = resource
        said = f"API server says: {cause} (reason: {cause.reason})" if isinstance(cause, ApiError) else str(cause)
        hint = next((hint for text, hint in HINTS.items() if text in str(cause)), "")
        fields = [field for field, _ in cause.field_causes()] if isinstance(cause, ApiError) else []
        super().__init__(f"{what} resource {resource.description}: {said}{hint}", resource.places(fields))

    @property
    def api(self) -> ApiError | None:
        """The server's answer, None when there was none."""
        return self.cause if isinstance(self.cause, ApiError) else None


def places_of(error: BaseException) -> Sequence[str]:
    """Where what is wrong was written, if `error` comes of something in a file that is known."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PlacedError) and cause.places:
            return cause.places
        cause = cause.__cause__
    return ()


class Cluster:
    """Reads and writes of single resources. `guard` is called before each write, and may raise DeployError."""

    def __init__(self, client: Client, *, guard: Callable[[], None] = lambda: None,
                 pause: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.guard = guard
        self._pause = pause

    def kind_of(self, resource: Resource) -> ResourceType:
        """The served type of a resource, for a while waiting for one that is just being defined."""
        end = time.monotonic() + KIND_WAIT_SECONDS
        while True:
            found = self.client.discovery.find(resource.api_version, resource.kind)
            if found is not None:
                return found
            if time.monotonic() > end:
                raise InputError(f"Expected to find kind '{resource.group}/{resource.version}/{resource.kind}', but "
                                 "did not:\n- Kubernetes API server did not have matching apiVersion + kind")
            self._pause(0.25)

    def get(self, resource: Resource) -> Resource:
        """The resource as it is now. Raises ServerError."""
        kind = self.kind_of(resource)
        return self._do("Getting", resource, lambda: identified(
            Resource(self.client.get(kind, resource.name, resource.namespace), resource.origin)))

    def find(self, resource: Resource) -> Resource | None:
        """The resource as it is now, None when it does not exist. Raises ServerError when that cannot be said."""
        kind = self.client.discovery.find(resource.api_version, resource.kind, again=False)
        if kind is None:
            return None
        try:
            return identified(Resource(retrying(
                lambda: self.client.get(kind, resource.name, resource.namespace), EXISTENCE)))
        except ApiError as e:
            if e.not_found or e.code == 503:
                return None
            raise ServerError("Checking existence of", resource, e) from e
        except KubeError as e:
            raise ServerError("Checking existence of", resource, e) from e

    def create(self, resource: Resource) -> Resource:
        """POST. Raises ServerError."""
        kind = self.kind_of(resource)
        self.guard()
        return self._do("Creating", resource, lambda: identified(
            Resource(self.client.create(kind, outgoing(resource), resource.namespace), resource.origin)))

    def replace(self, resource: Resource, *, checked: bool = False) -> Resource:
        """PUT. `checked`: its fields are those of an object that the server gave. Raises ServerError."""
        kind = self.kind_of(resource)
        query = UNCHECKED if checked else None
        self.guard()
        return self._do("Updating", resource, lambda: identified(Resource(self.client.replace(
            kind, outgoing(resource, from_server=checked), resource.name, resource.namespace, query=query),
            resource.origin)))

    def patch(self, resource: Resource, patch: Any, form: str, query: Mapping[str, str] | None = None) -> Resource:
        """PATCH. Raises ServerError."""
        kind = self.kind_of(resource)
        self.guard()
        return self._do("Patching", resource, lambda: identified(Resource(self.client.patch(
            kind, resource.name, patch, form, resource.namespace, query=list((query or {}).items())), resource.origin)))

    def delete(self, resource: Resource) -> bool:
        """DELETE this very object (by UID), dependants in the background; True when it is gone at once.

        Raises ServerError.
        """
        kind = self.kind_of(resource)
        self.guard()
        answer = self._do("Deleting", resource, lambda: self.client.delete(
            kind, resource.name, resource.namespace, uid=resource.uid))
        return answer.get("kind") == "Status" and answer.get("status") == "Success"

    def _do(self, what: str, resource: Resource, call: Callable[[], T]) -> T:
        try:
            return call()
        except ServerError:
            raise
        except KubeError as e:
            raise ServerError(what, resource, e) from e


def outgoing(resource: Resource, *, from_server: bool = False) -> dict[str, Any]:
    """The body to send: with our identity, numbers as JSON shows them, as they are already where the server sent it."""
    meta = dict(resource.metadata)
    if meta.get("resourceVersion"):
        # Without these the server keeps its own, as it does with them: reading them is half of its work on an object.
        meta.pop("managedFields", None)
    notes = meta.get("annotations")
    if isinstance(notes, dict | None):  # what is wrong with them, or in them, the server shall say
        meta["annotations"] = {**(notes or {}), IDENTITY: resource.identity}
    body = dict(resource.body, metadata=meta)
    return body if from_server else dict(wire(body))


def identified(resource: Resource) -> Resource:
    """The object without our identity annotation, which is of no interest to a comparison."""
    return resource.without_annotations((IDENTITY,))
