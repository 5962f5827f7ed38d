"""What all tests share: property tests that do not depend on how busy the machine is."""
from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("oakum", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("oakum")
