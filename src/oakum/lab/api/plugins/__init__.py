"""Admission: what the cluster as a whole adds to an object, and what it refuses."""

from oakum.lab.api.admission import Plugin
from oakum.lab.api.plugins.addresses import allot_addresses
from oakum.lab.api.plugins.claims import choose_class
from oakum.lab.api.plugins.definitions import warn_of_rules
from oakum.lab.api.plugins.gates import drop_disabled
from oakum.lab.api.plugins.limits import apply_limits, hold_limits
from oakum.lab.api.plugins.namespaces import keep_namespaces
from oakum.lab.api.plugins.pods import complete_pod, hold_quality
from oakum.lab.api.plugins.quotas import hold_quotas
from oakum.lab.api.plugins.warnings import warn_of_fields

__all__ = ["MUTATING", "VALIDATING"]

MUTATING: tuple[Plugin, ...] = (drop_disabled, complete_pod, apply_limits, choose_class, allot_addresses)
VALIDATING: tuple[Plugin, ...] = (
    keep_namespaces,
    hold_quality,
    hold_limits,
    hold_quotas,
    warn_of_rules,
    warn_of_fields,
)
