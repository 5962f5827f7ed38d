"""The two forms of a bill of materials, the same bytes for the same image."""
from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence

from oakum.images.errors import ConfigError
from oakum.images.sbom.buildinfo import Package
from oakum.typing import Any

_EPOCH = "1970-01-01T00:00:00Z"
_TOOL = "oakum"


def spdx(image: str, digest: str, packages: Sequence[Package]) -> dict[str, Any]:
    """SPDX 2.3."""
    listed = [_spdx_package(f"SPDXRef-Package-{number}", package) for number, package in enumerate(packages)]
    root = {
        "SPDXID": "SPDXRef-Image",
        "name": image,
        "versionInfo": digest,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "primaryPackagePurpose": "CONTAINER",
    }
    contains = [
        {"spdxElementId": "SPDXRef-Image", "relationshipType": "CONTAINS", "relatedSpdxElement": package["SPDXID"]}
        for package in listed
    ]
    described = {
        "spdxElementId": "SPDXRef-DOCUMENT",
        "relationshipType": "DESCRIBES",
        "relatedSpdxElement": "SPDXRef-Image",
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": image,
        "documentNamespace": f"https://spdx.org/spdxdocs/{_name_of(digest)}",
        "creationInfo": {"created": _EPOCH, "creators": [f"Tool: {_TOOL}"]},
        "packages": [root, *listed],
        "relationships": [described, *contains],
    }


def cyclonedx(image: str, digest: str, packages: Sequence[Package]) -> dict[str, Any]:
    """CycloneDX 1.5."""
    components = [
        {"type": "library", "name": package.name, "purl": package.purl, "bom-ref": package.purl}
        | ({"version": package.version} if package.version else {})
        for package in packages
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{_name_of(digest)}",
        "version": 1,
        "metadata": {
            "timestamp": _EPOCH,
            "tools": [{"name": _TOOL}],
            "component": {"type": "container", "name": image, "version": digest},
        },
        "components": components,
    }


Form = Callable[[str, str, Sequence[Package]], dict[str, Any]]
FORMS: Mapping[str, tuple[str, Form]] = {
    "spdx": ("application/spdx+json", spdx),
    "cyclonedx": ("application/vnd.cyclonedx+json", cyclonedx),
}
"""The media type and the writer of each form by its name on the command line."""


def checked(form: str) -> str:
    """`form` when there is one of this name, or none is wanted. Raises ConfigError."""
    if form and form not in FORMS:
        raise ConfigError(f"Expected a bill of materials as one of {', '.join(FORMS)}, but found '{form}'")
    return form


def encode(document: Mapping[str, Any]) -> bytes:
    """The bytes of a document."""
    return json.dumps(document, indent=2).encode()


def _name_of(digest: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, digest))


def _spdx_package(name: str, package: Package) -> dict[str, Any]:
    locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.purl}
    about = {"SPDXID": name, "name": package.name, "downloadLocation": "NOASSERTION", "filesAnalyzed": False}
    return about | ({"versionInfo": package.version} if package.version else {}) | {"externalRefs": [locator]}
