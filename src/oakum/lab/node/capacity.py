"""What the node has: this machine's processors and memory."""

import os
from collections.abc import Mapping
from functools import cache


@cache
def capacity() -> Mapping[str, str]:
    """Quantities by the name of the resource."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    return {"cpu": str(os.cpu_count() or 1), "memory": f"{memory}Ki", "pods": "250"}
