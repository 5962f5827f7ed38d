"""What can go wrong on the node, with the reasons that a kubelet reports.

    LabError
    ├── BadImage          an image that cannot be unpacked
    ├── PullFailed        an image that could not be had: ErrImagePull, ErrImageNeverPull, InvalidImageName
    ├── ConfigFailed      a container whose configuration is wrong: CreateContainerConfigError
    └── StartFailed       a container that was refused by the machine or the program itself
"""

from oakum.errors import LabError


class BadImage(LabError):
    """An image's layers or configuration are malformed."""


class PullFailed(LabError):
    """An image could not be pulled; `reason` is the waiting reason of the container."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ConfigFailed(LabError):
    """A ConfigMap, Secret, key, user or volume that a container needs is missing or wrong."""


class StartFailed(LabError):
    """A container could not be started."""
