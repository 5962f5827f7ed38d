"""Images from files into the lab's registry: an OCI image layout, or what `docker save` writes (a tar or a folder).

An image is there under its path alone, and under its whole name for pods that name it so (see `mirroring`).
"""

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import orjson

from oakum.errors import LabError, RegistryError
from oakum.lab.mirroring import mirrored
from oakum.lab.registry.manifests import DOCKER_MANIFEST, read_manifest
from oakum.lab.registry.names import NAME, Digest, digest_of, is_tag, parse_digest
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.storage import Storage
from oakum.registry.reference import parse_repository, split_tag

_BLOCK = 1 << 20
_NAME_ANNOTATIONS = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_LONGEST_JSON = 8 << 20

BinaryFile = io.BufferedIOBase
Open = Callable[[str], BinaryFile]


def load_image(storage: Storage, path: Path, name: str = "") -> list[str]:
    """Store the images in `path` and return their `repository:tag` names in the registry.

    `name` is the name to give, needed when the file states none. Raises LabError for a file that is no image.
    """
    if not path.exists():
        raise LabError(f"{path}: no such file or directory")
    try:
        with _archive(path) as open_member:
            try:
                return list(_from_layout(storage, open_member, name))
            except FileNotFoundError:
                return list(_from_docker(storage, open_member, name))
    except tarfile.ReadError as error:
        wanted = "neither an OCI image layout nor an image that docker has saved"
        raise LabError(f"{path}: {wanted} (it is not a tar archive)") from error
    except FileNotFoundError as error:
        wanted = "neither an OCI image layout nor an image that docker has saved"
        raise LabError(f"{path}: {wanted} (it has no {Path(error.filename or str(error)).name})") from error
    except (KeyError, TypeError, orjson.JSONDecodeError, tarfile.TarError) as error:
        raise LabError(f"{path}: neither an OCI image layout nor an image that docker has saved ({error})") from error
    except Refusal as refusal:
        raise LabError(f"{path}: {refusal.message}") from refusal


@contextmanager
def _archive(path: Path) -> Iterator[Open]:
    """How to open a member of a folder or tar archive by its relative name; FileNotFoundError when it is not there."""
    if path.is_dir():
        yield lambda name: _inside(path, name).open("rb")
        return
    with tarfile.open(path) as archive:

        def member(name: str) -> BinaryFile:
            try:
                file = archive.extractfile(name)
            except KeyError as error:
                raise FileNotFoundError(name) from error
            if file is None:
                raise FileNotFoundError(name)
            return cast(BinaryFile, file)

        yield member


def _inside(folder: Path, name: str) -> Path:
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise LabError(f"{name} leads out of {folder}")
    return place


def _from_layout(storage: Storage, open_member: Open, name: str) -> Iterator[str]:
    index = _json(open_member, "index.json")
    for entry in index["manifests"]:
        annotations = entry.get("annotations") or {}
        stated = name or next((annotations[key] for key in _NAME_ANNOTATIONS if key in annotations), "")
        repository, tag = _named(stated)
        _store(storage, open_member, repository, entry, tag)
        _mirror(storage, repository, _digest(entry["digest"]), stated, tag)
        yield f"{repository}:{tag}"


def _store(storage: Storage, open_member: Open, repository: str, entry: dict[str, Any], tag: str | None) -> None:
    """Store a manifest of a layout with everything that it refers to."""
    digest = _digest(entry["digest"])
    with open_member(_blob(digest)) as file:
        content = file.read(_LONGEST_JSON)
    if not digest.matches(content):
        raise LabError(f"{_blob(digest)} has other content than its name says")
    contents = read_manifest(content, entry.get("mediaType", ""))
    for blob in contents.blobs:
        with open_member(_blob(blob)) as file:
            _put(storage, repository, file, blob)
    for child in contents.manifests:
        _store(storage, open_member, repository, {"digest": str(child)}, None)
    storage.put_manifest(repository, digest, content, contents.media_type, [tag] if tag else [])


def _from_docker(storage: Storage, open_member: Open, name: str) -> Iterator[str]:
    for image in _json(open_member, "manifest.json"):
        for stated in [name] if name else image.get("RepoTags") or [""]:
            repository, tag = _named(stated)
            config_type = "application/vnd.docker.container.image.v1+json"
            layer_type = "application/vnd.docker.image.rootfs.diff.tar"
            manifest = {
                "schemaVersion": 2,
                "mediaType": DOCKER_MANIFEST,
                "config": _add(storage, open_member, repository, image["Config"], config_type),
                "layers": [_add(storage, open_member, repository, layer, layer_type) for layer in image["Layers"]],
            }
            content = orjson.dumps(manifest)
            storage.put_manifest(repository, digest_of(content), content, DOCKER_MANIFEST, [tag])
            _mirror(storage, repository, digest_of(content), stated, tag)
            yield f"{repository}:{tag}"


def _mirror(storage: Storage, repository: str, digest: Digest, stated: str, tag: str) -> None:
    """Offer an image of `repository` under its whole name too, where that is one which pods can state."""
    try:
        path = mirrored(parse_repository(split_tag(stated)[0]))
    except RegistryError:
        return
    if re.fullmatch(NAME, path):
        _link(storage, repository, digest, path, tag)


def _link(storage: Storage, source: str, digest: Digest, target: str, tag: str | None) -> None:
    """Offer a stored manifest, and everything that it refers to, in another repository."""
    content = storage.blobs.read(digest)
    contents = read_manifest(content, storage.repositories[source].manifest_type(digest) or "")
    for blob in contents.blobs:
        storage.repositories[target].link_blob(blob)
    for child in contents.manifests:
        _link(storage, source, child, target, None)
    storage.put_manifest(target, digest, content, contents.media_type, [tag] if tag else [])


def _add(storage: Storage, open_member: Open, repository: str, member: str, media_type: str) -> dict[str, Any]:
    """Store a member and describe it; a compressed layer says so."""
    with open_member(member) as file:
        if file.read(2) == b"\x1f\x8b":
            media_type += ".gzip"
        file.seek(0)
        digest = Digest("sha256", _sha256(file))
        size = file.tell()
        file.seek(0)
        _put(storage, repository, file, digest)
    return {"mediaType": media_type, "digest": str(digest), "size": size}


def _sha256(file: BinaryFile) -> str:
    hasher = hashlib.sha256()
    while block := file.read(_BLOCK):
        hasher.update(block)
    return hasher.hexdigest()


def _put(storage: Storage, repository: str, file: BinaryFile, digest: Digest) -> None:
    if storage.blobs.size(digest) is not None:
        storage.repositories[repository].link_blob(digest)
        return
    upload = storage.uploads.start(repository)
    hasher = digest.hasher()
    with upload.path.open("wb") as target:
        while block := file.read(_BLOCK):
            target.write(block)
            hasher.update(block)
    if hasher.hexdigest() != digest.hex:
        os.unlink(upload.path)
        raise LabError(f"{_blob(digest)} has other content than its name says")
    storage.finish_upload(repository, upload, digest)


def _json(open_member: Open, name: str) -> Any:
    with open_member(name) as file:
        return orjson.loads(file.read(_LONGEST_JSON))


def _blob(digest: Digest) -> str:
    return f"blobs/{digest.algorithm}/{digest.hex}"


def _digest(text: str) -> Digest:
    digest = parse_digest(text)
    if digest is None:
        raise LabError(f"not a digest: {text}")
    return digest


def _named(stated: str) -> tuple[str, str]:
    """Repository and tag for a name; a registry in front of it is dropped, since it will be ours."""
    first, slash, rest = stated.partition("/")
    plain = rest if slash and ("." in first or ":" in first or first == "localhost") else stated
    repository, colon, tag = plain.rpartition(":")
    if not colon:
        repository, tag = plain, "latest"
    if not re.fullmatch(NAME, repository) or not is_tag(tag):
        raise LabError(f"the image has no usable name ({stated!r}): give one, as repository:tag")
    return repository, tag
