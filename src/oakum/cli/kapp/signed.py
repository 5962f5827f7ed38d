"""`--verify-key`: only images that a key has signed are deployed."""
from __future__ import annotations

import os
from collections.abc import Iterable

from oakum import cache
from oakum.cli import registries
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.images import resolving, search
from oakum.images.config import Config
from oakum.images.log import ListLog
from oakum.images.options import Options, Tools
from oakum.typing import Any


def demand_signatures(flags: dict[str, Any], resources: Iterable[Resource]) -> None:
    """Raise InputError for an image that is not named by digest (a tag may move after it was looked at), ConfigError
    for a bad key, ResolveErrors for images without a signature. Images are found as kbld finds them.
    """
    rules, images = Config().search_rules(), set()
    for resource in resources:
        for image in search.find(resource.body, rules):
            if "@sha256:" not in image:
                raise InputError(f"Expected image '{image}' of {resource.description} to be named by digest, as its "
                                 "signature has to be checked (hint: pass the resources through kbld)")
            images.add(image)
    tools = Tools(registries.transport(flags), ListLog(), cache.folder(os.environ, "images"), os.environ)
    resolving.resolve_images(images, Config(), Options(build=False, verify_key=flags["verify-key"]), tools)
