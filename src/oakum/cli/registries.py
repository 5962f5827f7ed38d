"""The flags of programs that ask registries, and a connection made from them."""
from __future__ import annotations

import os

from oakum.cli.flag import Flag
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.registry.transport import Transport

REGISTRY = (
    Flag("registry-ca-cert-path", "Add CA certificates for registry API (format: /tmp/foo) "
         "(can be specified multiple times)", "strings"),
    Flag("registry-insecure", "Allow the use of http when interacting with registries", "bool"),
    Flag("registry-verify-certs", "Set whether to verify server's certificate chain and host name", "bool",
         default=True),
)
VERIFY_KEY = Flag(
    "verify-key", "Accept only images signed by this public key, as cosign does (format: /tmp/cosign.pub)")


def transport(flags: dict[str, Any]) -> Transport:
    """A connection to registries as the `--registry-*` flags say. Raises CredentialsError."""
    from oakum.registry.client import connect
    from oakum.registry.connections import Options

    options = Options(
        ca_files=tuple(flags["registry-ca-cert-path"]),
        verify=flags["registry-verify-certs"],
        insecure=flags["registry-insecure"],
    )
    return connect(options, os.environ)
