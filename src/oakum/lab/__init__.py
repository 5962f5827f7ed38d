"""An embedded registry and Kubernetes: one process, loopback only, no daemon and no root.

`Lab` is the whole; its parts work alone too: `registry.app`, `api.app`, `store.Store`, `node.Node`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.lab.lab import Lab

__all__ = ["Lab"]


def __getattr__(name: str) -> object:
    # On demand, since every module of this package passes here, and few need the whole.
    if name == "Lab":
        from oakum.lab.lab import Lab

        return Lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
