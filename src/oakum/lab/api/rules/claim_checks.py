"""Validation of what is asked of a volume: by a claim, or by a pod that brings its claim along."""

from oakum.lab.api import names
from oakum.lab.api.rules.values import amount, items, label_selector, one_of, required_text
from oakum.lab.api.status import FieldError, forbidden, invalid, required
from oakum.lab.store import Obj

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def claim_spec(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a PersistentVolumeClaimSpec."""
    errors: list[FieldError] = []
    if not spec.get("accessModes"):
        errors.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    for mode in items(spec, "accessModes"):
        errors += one_of({"accessModes": mode}, "accessModes", path, MODES)
    if "ReadWriteOncePod" in items(spec, "accessModes") and len(spec["accessModes"]) > 1:
        errors.append(forbidden(f"{path}.accessModes", "may not use ReadWriteOncePod with other access modes"))
    errors += label_selector(spec.get("selector"), f"{path}.selector")
    wanted = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if wanted is None:
        errors.append(required(f"{path}.resources[storage]"))
    elif amount(wanted) <= 0:
        errors.append(invalid(f"{path}.resources[storage]", wanted, "must be greater than zero"))
    if spec.get("storageClassName"):
        chosen = spec["storageClassName"]
        errors += [invalid(f"{path}.storageClassName", chosen, problem) for problem in names.subdomain(chosen)]
    errors += one_of(spec, "volumeMode", path, ("Block", "Filesystem"))
    return errors + _source(spec, path)


def _source(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about what a volume is filled from."""
    errors: list[FieldError] = []
    for key in ("dataSource", "dataSourceRef"):
        source, at = spec.get(key), f"{path}.{key}"
        if source is None:
            continue
        errors += required_text(source, at, "name", "kind")
        kind = source.get("kind")
        if not source.get("apiGroup") and kind and kind != "PersistentVolumeClaim":
            detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
            errors.append(invalid(at, kind, detail))
    return errors
