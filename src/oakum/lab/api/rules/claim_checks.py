"""Validation of what is asked of a volume: by a claim, or by a pod that brings its claim along."""

from oakum.lab.api import names
from oakum.lab.api.rules.values import amount, items, one_of
from oakum.lab.api.status import FieldError, invalid, required
from oakum.lab.store import Obj

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def claim_spec(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a PersistentVolumeClaimSpec."""
    errors: list[FieldError] = []
    if not spec.get("accessModes"):
        errors.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    for mode in items(spec, "accessModes"):
        errors += one_of({"accessModes": mode}, "accessModes", path, MODES)
    wanted = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if wanted is None:
        errors.append(required(f"{path}.resources[storage]"))
    elif amount(wanted) <= 0:
        errors.append(invalid(f"{path}.resources[storage]", wanted, "must be greater than zero"))
    if spec.get("storageClassName"):
        chosen = spec["storageClassName"]
        errors += [invalid(f"{path}.storageClassName", chosen, problem) for problem in names.subdomain(chosen)]
    return errors + one_of(spec, "volumeMode", path, ("Block", "Filesystem"))
