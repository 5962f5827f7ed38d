"""Where the lab's registry keeps images of other registries, so that its node finds them there."""

from oakum.registry.reference import HUB, Repository


def mirrored(repository: Repository) -> str:
    """The path in the lab's registry: `docker.io/library/busybox`, `localhost_5000/app`."""
    registry = "docker.io" if repository.registry == HUB else repository.registry.lower().replace(":", "_")
    return f"{registry}/{repository.path}"
