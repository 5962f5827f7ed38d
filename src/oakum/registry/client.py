"""Putting a transport together from a process's environment."""
from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from oakum.registry.connections import Connections, Options
from oakum.registry.credentials import Chain, Keychain
from oakum.registry.dockerconfig import DockerConfigKeychain
from oakum.registry.environment import EnvironmentKeychain
from oakum.registry.transport import Transport


def connect(
    options: Options | None = None,
    environ: Mapping[str, str] | None = None,
    keychains: Iterable[Keychain] = (),
) -> Transport:
    """A transport with the logins of `KBLD_REGISTRY_*`, then of Docker's or podman's file, then of `keychains`.

    Raises CredentialsError for CA files that cannot be used.
    """
    environ = os.environ if environ is None else environ
    chain = Chain([EnvironmentKeychain(environ), DockerConfigKeychain(environ), *keychains])
    return Transport(Connections(Options() if options is None else options, environ), chain)
