"""Rules written in ytt, evaluated by our own template engine (kapp spec, sections 3.11 and 5.5)."""
from __future__ import annotations

from oakum.deploy.errors import ConfigError
from oakum.deploy.resource import Resource


class YttTemplates:
    """`oakum.deploy.diff.rebase.Templates` on `oakum.template`."""

    def rebase(self, overlay: str, current: Resource, new: Resource, existing: Resource) -> Resource:
        """Apply an overlay (`overlayContractV1`)."""
        del overlay, current, new, existing
        raise ConfigError("Applying ytt (overlayContractV1): Evaluating: not offered yet")

    def is_done(self, function: str, resource: Resource) -> dict[str, object]:
        """Call a wait rule's function (`funcContractV1`)."""
        del function, resource
        raise ConfigError("Evaluating: not offered yet")
