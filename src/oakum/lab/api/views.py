"""How objects are shown to a client: whole, as metadata only, or as rows of a table (content negotiation)."""

from collections.abc import Callable

from oakum.lab.api import listing
from oakum.lab.api.call import Call
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.api.status import bad_request, invalid
from oakum.lab.store import Obj


def wanted_form(call: Call) -> str:
    """`Table`, `PartialObjectMetadata`, `PartialObjectMetadataList` or the empty string, from `Accept`."""
    for part in call.headers.get("accept", "").split(","):
        parameters = dict(item.strip().partition("=")[::2] for item in part.split(";")[1:])
        if parameters.get("g") == "meta.k8s.io" and parameters.get("v") == "v1":
            return parameters.get("as", "")
        if part.strip().startswith(("application/json", "*/*")) and "as" not in parameters:
            return ""
    return ""


def renderer(cluster: Cluster, call: Call, resource: Resource) -> Callable[[Obj], Obj]:
    """The function that shows one object."""
    form = wanted_form(call)
    if form.startswith("PartialObjectMetadata"):
        return listing.partial
    if form == "Table":
        from oakum.lab.api.tables import Tables

        check_included(call)
        return Tables(resource, cluster.now(), call.parameter("includeObject")).event
    return _whole


def check_included(call: Call) -> None:
    """Refuse a wish for the objects of a table that there is not (ApiError 400)."""
    wish = call.parameter("includeObject")
    if wish not in ("", "Metadata", "Object", "None"):
        error = invalid("includeObject", wish, "must be 'Metadata', 'Object', 'None', or empty")
        raise bad_request(f"Unable to convert to Table as requested: {error}")


def _whole(obj: Obj) -> Obj:
    return obj
