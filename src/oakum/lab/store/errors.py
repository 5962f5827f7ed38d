"""What the store can refuse."""

from oakum.errors import LabError


class StoreError(LabError):
    """Base of the store's refusals: names the resource (`pods`, `deployments.apps`) and the object."""

    def __init__(self, resource: str, name: str, message: str) -> None:
        super().__init__(f'{resource} "{name}": {message}')
        self.resource = resource
        self.name = name


class NotFound(StoreError):
    """There is no such object."""

    def __init__(self, resource: str, name: str) -> None:
        super().__init__(resource, name, "not found")


class AlreadyExists(StoreError):
    """An object of this name is stored already."""

    def __init__(self, resource: str, name: str) -> None:
        super().__init__(resource, name, "already exists")


class Conflict(StoreError):
    """The caller's resourceVersion or uid is not the stored one."""


class Expired(LabError):
    """The wanted version is older than the history that is kept."""

    def __init__(self, version: int, oldest: int) -> None:
        super().__init__(f"too old resource version: {version} ({oldest})")
        self.version = version
        self.oldest = oldest
