import pytest
from tests.lab.api.client import Client

from oakum.lab.api import app
from oakum.lab.api.server import Server
from oakum.lab.store import Store


@pytest.fixture
def server() -> Server:
    return app(Store())


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server)
