"""Names of the tags that builds leave behind (kbld: "3.4 Docker build and tagging scheme")."""
from __future__ import annotations

import re
import secrets
import time

from oakum.images.config import Destination
from oakum.registry import reference
from oakum.registry.errors import BadReference
from oakum.registry.reference import Repository

LONGEST = 50


def random_part() -> str:
    """`rand-NANOSECONDS-RANDOM`: never the same twice."""
    return f"rand-{time.time_ns()}-{''.join(str(byte) for byte in secrets.token_bytes(5))}"[:LONGEST]


def clean(name: str) -> str:
    """`name` as a part of a tag: runs of other characters than letters, digits and dashes become one dash."""
    cleaned = re.sub(r"[^A-Za-z0-9-]+", "-", name)
    if len(cleaned) > LONGEST:
        cleaned = cleaned[:LONGEST]
        if cleaned.endswith("-"):
            cleaned = cleaned[:-1] + "e"
    return cleaned


def temporary(name: str) -> str:
    """The tag of a build that is under way."""
    return f"kbld:{random_part()}-{clean(name)}"


def stable(name: str, image_id: str) -> str:
    """The tag of a finished build, from its `sha256:hex` image id: the same content has the same tag."""
    algorithm, _, value = image_id.rpartition(":")
    return f"kbld:{clean(name)}-{algorithm or 'sha256'}-{value}"


def pushed_to(destination: Destination) -> Repository:
    """The repository that a destination names. Raises BadReference."""
    try:
        return reference.parse_repository(destination.new_image)
    except BadReference as error:
        raise BadReference(f"Generating image dst tag '{destination.new_image}': {error}") from error
