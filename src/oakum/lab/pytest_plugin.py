"""A pytest plugin: the fixture `lab` is a fresh registry and Kubernetes cluster for each test.

def test_my_tool(lab):
    subprocess.run(["my-tool", "deploy"], env=os.environ | lab.environment, check=True)
    assert lab.cluster.store.find("deployments.apps", "my-app", "default")

The option `lab_runtime` in pytest's configuration, or a test's mark `@pytest.mark.lab(runtime="simulated")`, says how
pods run (see `oakum.lab.Lab`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oakum.lab.lab import Lab


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    runtimes = "auto, namespaces, privileged, chroot, docker or simulated"
    parser.addini("lab_runtime", f"how pods of `lab` run: {runtimes}", default="auto")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "lab(runtime): how the pods of the `lab` fixture run")


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator["Lab"]:
    """A running `oakum.lab.Lab` that nothing else uses; it leaves nothing behind."""
    from oakum.lab.extra import demand_extra

    demand_extra()
    from oakum.lab.lab import Lab

    mark = request.node.get_closest_marker("lab")
    runtime = mark.kwargs.get("runtime") if mark else None
    with Lab(runtime=runtime or request.config.getini("lab_runtime")) as running:
        yield running
