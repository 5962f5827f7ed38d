"""What a CustomResourceDefinition asks for and this lab does not do."""

from oakum.lab.api.admission import Operation
from oakum.lab.api.custom.rules import not_held
from oakum.lab.api.rules.definitions import KEY
from oakum.lab.api.rules.structural_schemas import unknown_formats
from oakum.lab.api.rules.values import items
from oakum.lab.store import Store


def warn_of_rules(store: Store, operation: Operation) -> None:
    """Warn of rules that will not be held against objects, and of conversion webhooks that will not be called."""
    if operation.resource.key != KEY or operation.verb == "DELETE":
        return
    spec = operation.obj["spec"]
    schemas = [(version.get("schema") or {}).get("openAPIV3Schema") or {} for version in items(spec, "versions")]
    for form in dict.fromkeys(form for schema in schemas for form in unknown_formats(schema)):
        operation.options.warn(f'unrecognized format "{form}"')
    for version in items(spec, "versions"):
        for rule in not_held((version.get("schema") or {}).get("openAPIV3Schema") or {}):
            operation.options.warn(f"this lab does not hold the rule: {' '.join(rule.split())}")
    if (spec.get("conversion") or {}).get("strategy") == "Webhook":
        operation.options.warn("this lab calls no conversion webhooks: versions differ in their apiVersion only")
