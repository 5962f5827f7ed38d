"""Subresources that are not a part of their object: scale, binding, eviction, tokens, and the review kinds."""

from typing import Any

from oakum.lab.api import status
from oakum.lab.api.call import Answer, Call
from oakum.lab.api.calls import Options
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.paths import Target
from oakum.lab.api.users import Users


class Subresources:
    """Handlers by verb; raise ApiError."""

    def __init__(self, cluster: Cluster, users: Users) -> None:
        self._cluster = cluster
        self._users = users

    def get(self, call: Call, aimed: Target) -> Answer:
        """GET of a subresource."""
        raise status.not_allowed()

    def create(self, call: Call, aimed: Target, body: Any, options: Options) -> Answer:
        """POST to a subresource or to a kind that is not stored."""
        raise status.not_allowed()

    def update(self, call: Call, aimed: Target, body: Any, options: Options) -> Answer:
        """PUT of a subresource."""
        raise status.not_allowed()

    def patch(self, call: Call, aimed: Target, body: Any, form: str, options: Options) -> Answer:
        """PATCH of a subresource."""
        raise status.not_allowed()
