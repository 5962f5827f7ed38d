"""`kapp delete`."""
from __future__ import annotations

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session


def run(call: Invocation) -> int:
    """Delete an application."""
    return session.run(call, _delete)


def _delete(s: Session) -> None:
    from oakum.cli.kapp.options import delete_options
    from oakum.deploy.deleting import Delete

    Delete(s.client, delete_options(s, s.flags["app"]), s.out).run()
