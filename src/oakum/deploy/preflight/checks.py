"""Which checks run, and what becomes of their findings (kapp spec, section 8.8)."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from oakum.deploy.cluster import Cluster
from oakum.deploy.config.config import Config
from oakum.deploy.errors import InputError
from oakum.deploy.preflight.definitions import check_definitions
from oakum.deploy.preflight.permissions import check_permissions
from oakum.deploy.run.plan import Planned
from oakum.errors import OakumError

Check = Callable[[Sequence[Planned], Cluster], None]
CHECKS: dict[str, Check] = {"PermissionValidation": check_permissions, "CRDUpgradeSafety": check_definitions}


def run_preflight(planned: Sequence[Planned], cluster: Cluster, config: Config, chosen: Sequence[str] | None) -> None:
    """Run the checks in `chosen`, or those that the configuration names when it is None. Raises InputError."""
    names = list(chosen) if chosen is not None else _configured(config)
    for name in (n for n in CHECKS if n in names):
        try:
            CHECKS[name](planned, cluster)
        except OakumError as e:
            raise InputError(f'preflight checks failed: running preflight check "{name}": {e}') from e


def _configured(config: Config) -> list[str]:
    prefix = "preflight configuration settings failed: "
    names: list[str] = []
    for rule in config.preflight:
        if rule.name not in CHECKS:
            raise InputError(f'{prefix}unknown preflight check in configuration: "{rule.name}"')
        if rule.name in names:
            raise InputError(f'{prefix}duplicate preflight check in configuration: "{rule.name}"')
        names.append(rule.name)
    return names


def check_names(names: Sequence[str]) -> None:
    """Raises ValueError for a name that is no check's (a flag's `check`)."""
    for name in names:
        if name not in CHECKS:
            raise ValueError(f'unknown preflight check "{name}" specified')
