"""imgpkg's ImagesLock, read strictly and written (kbld: "4.5", "4.6"; imgpkg: "ImagesLock")."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oakum.errors import YAMLError
from oakum.gostruct import BOOL, STRING, TEXT, Many, Named, Shape, Struct
from oakum.images.config import LOCK_KIND, LOCK_VERSION, ImageRef, Origin, Override
from oakum.images.errors import ConfigError
from oakum.images.origins import add_preresolved
from oakum.images.unmarshal import unmarshal
from oakum.registry import reference
from oakum.registry.errors import BadReference
from oakum.typing import TYPE_CHECKING, Any
from oakum.yaml import plain

if TYPE_CHECKING:
    from oakum.images.resolution import Resolution

ID = "kbld.carvel.dev/id"
ORIGINS_ANNOTATION = "kbld.carvel.dev/origins"
_IMAGE = Struct("lockconfig.ImageRef", {"image": STRING, "annotations": Named(TEXT)})
_LOCK = Struct(
    "lockconfig.ImagesLock",
    {"apiVersion": STRING, "kind": STRING, "images": Many(_IMAGE)},
)
_KINDS: dict[str, dict[str, Shape]] = {
    "local": {"path": TEXT},
    "git": {"remoteURL": TEXT, "sha": TEXT, "dirty": BOOL, "tags": Many(TEXT)},
    "resolved": {"url": TEXT, "tag": TEXT},
    "tagged": {"tags": Many(TEXT)},
    "preresolved": {"url": TEXT},
    "platformSelected": {"index": TEXT, "os": TEXT, "architecture": TEXT, "variant": TEXT},
}
_OPTIONAL = frozenset({"tag", "tags", "variant"})
_ORIGINS = Many(
    Struct("config.Origin", {kind: Struct(f"config.Origin{kind.title()}", _KINDS[kind]) for kind in _KINDS})
)


def overrides(document: dict[str, Any], name: str) -> list[Override]:
    """An override for each entry: from its id to its image, preresolved. Raises ConfigError that names the document."""
    try:
        images = _images(document)
        found = [reference.parse_digest(image.get("image", "")) for image in images]
    except ConfigError as error:
        raise ConfigError(f"Unmarshaling {name} as ImagesLock: {error}") from error
    return [
        _override(str(ref), image.get("annotations") or {}, name) for ref, image in zip(found, images, strict=True)
    ]


def dump(resolutions: Iterable[tuple[str, Resolution]], *, with_origins: bool = True) -> str:
    """The lock of `resolutions`. Raises ConfigError for one that is not by digest."""
    images = []
    for image, resolution in resolutions:
        _check_digest(resolution.url)
        annotations = {ID: image}
        if with_origins and resolution.origins:
            annotations[ORIGINS_ANNOTATION] = plain.dump(list(resolution.origins))
        images.append({"annotations": annotations, "image": resolution.url})
    lock: dict[str, Any] = {"apiVersion": LOCK_VERSION, "kind": LOCK_KIND}
    return "---\n" + plain.dump(lock | {"images": images} if images else lock)


def _images(document: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        fields = unmarshal(document, _LOCK, strict=True)
    except ConfigError as error:
        raise ConfigError(f"Unmarshaling images lock: {error}") from error
    images = [image or {} for image in fields.get("images", ())]
    for image in images:
        _check_digest(image.get("image", ""))
    return images


def _check_digest(image: str) -> None:
    try:
        reference.parse_digest(image)
    except BadReference as error:
        raise ConfigError(f"Validating images lock: Expected ref to be in digest form, got '{image}'") from error


def _override(image: str, annotations: Mapping[str, str | None], name: str) -> Override:
    origins = _origins(annotations.get(ORIGINS_ANNOTATION) or "", name)
    return Override(ImageRef(annotations.get(ID) or ""), image, True, origins=add_preresolved(origins, image))


def _origins(text: str, name: str) -> Sequence[Origin]:
    if not text:
        return ()
    try:
        entries = unmarshal(plain.load(text), _ORIGINS) or []
    except (YAMLError, ConfigError) as error:
        problem = f"error converting YAML to JSON: {error}" if isinstance(error, YAMLError) else error
        raise ConfigError(f"Unmarshaling {name} as {ORIGINS_ANNOTATION} annotation:  {problem}") from error
    known = [{kind: _details(kind, found) for kind, found in (entry or {}).items()} for entry in entries]
    return [origin for origin in known if origin]


def _details(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    """The fields that say nothing are there, too, as written by Go."""
    fields = _KINDS[kind].items()
    wanted = ((name, field) for name, field in fields if name in found or name not in _OPTIONAL)
    return {name: found.get(name, False if field is BOOL else "") for name, field in wanted}
