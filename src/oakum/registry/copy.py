"""Copying images between repositories: blobs first, then manifests, children before the index that lists them."""
from __future__ import annotations

from collections.abc import Callable
from functools import partial

from oakum.registry import manifests, media, push
from oakum.registry.blobs import RemoteBlob
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.reference import Reference, Repository
from oakum.registry.transport import Transport
from oakum.workers import Workers

Progress = Callable[[Descriptor], None]


def copy(transport: Transport, source: Reference, target: Repository, *, tag: str = "", workers: int = 5) -> Manifest:
    """Copy the image (or index, with all that it lists) that `source` names; returns its manifest.

    What the target has already is not sent again, so an interrupted copy goes on where it stopped.
    """
    manifest = manifests.get(transport, source)
    _copy(transport, source.repository, target, manifest, workers)
    if tag:
        manifests.put(transport, target.tag(tag), manifest)
    return manifest


def _copy(transport: Transport, source: Repository, target: Repository, manifest: Manifest, workers: int) -> None:
    if manifest.is_index:
        for child in manifest.children():
            _copy(transport, source, target, manifests.get(transport, source.at(child.digest)), workers)
    else:
        copy_blobs(transport, source, target, [manifest.config(), *manifest.layers()], workers)
    manifests.put(transport, target.at(manifest.digest), manifest)


def copy_blobs(
    transport: Transport, source: Repository, target: Repository, blobs: list[Descriptor], workers: int
) -> None:
    """Copy each blob once, mounted where both repositories are on one registry; foreign layers are left out."""
    distinct = {blob.digest: blob for blob in blobs if blob.media_type not in media.NOT_DISTRIBUTABLE}
    with Workers(max(1, workers)) as pool:
        jobs = [
            pool.submit(partial(push.upload, transport, target, RemoteBlob(transport, source, blob), mount_from=source))
            for blob in distinct.values()
        ]
        for job in jobs:
            job.result()
