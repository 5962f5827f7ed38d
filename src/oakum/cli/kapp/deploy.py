"""`kapp deploy`."""
from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session
from oakum.deploy.errors import InputError
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.deploy.resource import Resource


def run(call: Invocation) -> int:
    """Deploy an application."""
    return session.run(call, _deploy)


def _deploy(s: Session) -> None:
    s.app()  # which cluster it is is said, and a name that is none refused, before anything else
    if not s.flags["file"]:
        raise InputError("Expected at least one --file (-f) specified with a file or directory path")
    deploy_app(s, s.flags["app"], signed(s.flags, reader(s.flags["file"])))


def deploy_app(s: Session, app: str, read: Callable[[], Sequence[Resource]], labels: tuple[str, ...] = ()) -> None:
    """Deploy what `read` gives as `app`, by the flags. Raises OakumError."""
    from oakum.cli.kapp.options import deploy_options
    from oakum.cli.kapp.templates import YttTemplates
    from oakum.deploy.deploying import Deploy

    Deploy(s.client, deploy_options(s, app, labels), read, s.out, YttTemplates(), s.numbers).run()


def reader(paths: Sequence[str]) -> Callable[[], list[Resource]]:
    """A function that reads the resources of `paths` when it is called."""
    def read() -> list[Resource]:
        from oakum.deploy.input import open_sources

        stdin = sys.stdin
        if hasattr(stdin, "reconfigure") and "-" in paths:
            stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
        return [r for source in open_sources(paths, stdin) for r in source.resources()]

    return read


def signed(flags: dict[str, Any], read: Callable[[], Sequence[Resource]]) -> Callable[[], Sequence[Resource]]:
    """`read`, made to fail where the key of `--verify-key`, if there is one, has not signed every image."""
    def checked() -> Sequence[Resource]:
        from oakum.cli.kapp.signed import demand_signatures

        resources = read()
        demand_signatures(flags, resources)
        return resources

    return checked if flags["verify-key"] else read
