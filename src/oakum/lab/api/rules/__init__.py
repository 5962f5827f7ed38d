"""What is particular to each kind: names, defaults, first status, validation."""

from oakum.lab.api.kinds import Resource
from oakum.lab.api.rules import (
    access,
    administration,
    configuration,
    definitions,
    endpoints,
    jobs,
    scalers,
    services,
    storage,
    webhooks,
    workloads,
)
from oakum.lab.api.rules.rules import Rules

__all__ = ["Rules", "rules_of"]

_PLAIN = Rules()
_CUSTOM = Rules(generation=True, strict=False)
_TABLE: dict[str, Rules] = {
    **access.RULES,
    **administration.RULES,
    **configuration.RULES,
    **definitions.RULES,
    **endpoints.RULES,
    **jobs.RULES,
    **scalers.RULES,
    **services.RULES,
    **storage.RULES,
    **webhooks.RULES,
    **workloads.RULES,
}


def rules_of(resource: Resource) -> Rules:
    """The rules of a resource; plain ones for a kind that has none of its own."""
    return _CUSTOM if resource.custom is not None else _TABLE.get(resource.key, _PLAIN)
