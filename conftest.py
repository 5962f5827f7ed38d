"""Where tests that need a cluster or a registry run: `pytest --target lab|testbed|external`.

lab       the embedded one (default), started for the session
testbed   the real systems of `testbed/`, which must be up (`make testbed-up`)
external  your own: KUBECONFIG, DOCKER_CONFIG (with a login) and OAKUM_TEST_REGISTRY=host:port[/project]
"""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.registry.conftest import Host

# Property tests must not depend on how busy the machine is.
settings.register_profile("oakum", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("oakum")

# Thousands of throw-away templates would only fill the user's cache.
os.environ["OAKUM_CACHE"] = "off"


@dataclass(frozen=True)
class Target:
    """A cluster and a registry with a login."""

    name: str
    kubeconfig: Path
    docker_config: Path
    registry: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that lead clients there."""
        return {"KUBECONFIG": str(self.kubeconfig), "DOCKER_CONFIG": str(self.docker_config)}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--target", choices=["lab", "testbed", "external"], default="lab", help="where cluster tests run")


def pytest_report_header(config: pytest.Config) -> str:
    return f"target: {config.getoption('--target')}"


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The cluster and registry that this run's tests use."""
    name = request.config.getoption("--target")
    if name == "lab":
        from oakum.lab import Lab

        with Lab() as lab:
            yield Target(name, lab.kubeconfig, lab.docker_config, lab.registry)
    elif name == "testbed":
        from testbed.settings import settings as testbed

        place = testbed()
        if not place.kubeconfig.exists():
            pytest.fail("the testbed is not up (make testbed-up)")
        yield Target(name, place.kubeconfig, place.docker_config, place.registry)
    else:
        missing = [n for n in ("KUBECONFIG", "DOCKER_CONFIG", "OAKUM_TEST_REGISTRY") if not os.environ.get(n)]
        if missing:
            pytest.fail(f"--target external needs {', '.join(missing)} in the environment")
        registry = os.environ["OAKUM_TEST_REGISTRY"]
        yield Target(name, Path(os.environ["KUBECONFIG"]), Path(os.environ["DOCKER_CONFIG"]), registry)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Host]:
    """A registry of the lab's for one test, open to all, and a transport to it."""
    from tests.registry.conftest import Host, connect

    from oakum.lab.registry import app, serving

    with serving(app(tmp_path / "registry", sync=False)) as address:
        yield Host(address, connect())
