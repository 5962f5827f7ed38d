"""What the server says about kinds that are on their way out."""

from oakum.lab.api.kinds import Resource

_DEPRECATED = {
    "endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    "componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
}


def warnings_of(resource: Resource) -> list[str]:
    """The warnings that every answer about a resource carries."""
    if resource.custom is not None and resource.custom.warning:
        kind = resource.kind
        told = resource.custom.warning
        return [f"{kind.api_version} {kind.name} is deprecated" if told == "deprecated" else told]
    text = _DEPRECATED.get(resource.key)
    return [text] if text else []
