"""What the server says about kinds that are on their way out, or that this lab stores without acting on them."""

from oakum.lab.api.kinds import Resource

_DEPRECATED = {
    "endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    "componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
}
_IDLE = {
    "admissionregistration.k8s.io": "this lab stores admission policies and webhooks, and calls none",
    "apiregistration.k8s.io": "this lab stores APIServices, and forwards to none",
    "certificates.k8s.io": "this lab stores certificate requests, and signs none",
}
_WRITES = ("create", "update", "patch")


def warnings_of(resource: Resource, verb: str) -> list[str]:
    """The warnings that an answer about a resource carries."""
    if resource.custom is not None and resource.custom.warning:
        return [resource.custom.warning]
    text = _DEPRECATED.get(resource.key) or (_IDLE.get(resource.group) if verb in _WRITES else None)
    return [text] if text else []
