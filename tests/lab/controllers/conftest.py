import pytest
from tests.lab.controllers.world import World

from oakum.lab.api import app
from oakum.lab.api.cluster import Cluster
from oakum.lab.store import Store


@pytest.fixture
def cluster() -> Cluster:
    return app(Store()).cluster


@pytest.fixture
def world(cluster: Cluster) -> World:
    return World(cluster)
