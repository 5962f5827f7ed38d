"""The object store of the lab's API server."""

from oakum.lab.store.errors import AlreadyExists, Conflict, Expired, NotFound, StoreError
from oakum.lab.store.history import Event
from oakum.lab.store.objects import Obj, clone
from oakum.lab.store.store import Listing, Store
from oakum.lab.store.watch import Watch

__all__ = [
    "AlreadyExists",
    "Conflict",
    "Event",
    "Expired",
    "Listing",
    "NotFound",
    "Obj",
    "Store",
    "StoreError",
    "Watch",
    "clone",
]
