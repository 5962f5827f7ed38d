"""An OCI registry (OCI distribution-spec 1.1, Docker schema 2 media types) as an ASGI application over one folder.

`app` makes it, `serving` runs it in a thread: `with serving(app(folder)) as address: ...`
where address is `127.0.0.1:<port>`.
"""

from oakum.lab.registry.application import app
from oakum.lab.registry.storage import Collected, Storage, collect_garbage
from oakum.lab.serving import serving

__all__ = ["Collected", "Storage", "app", "collect_garbage", "serving"]
