"""`kapp logs`."""
from __future__ import annotations

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session


def run(call: Invocation) -> int:
    """Print the logs of an application's pods."""
    return session.run(call, _logs)


def _logs(s: Session) -> None:
    from oakum.deploy.logs.show import show_logs
    from oakum.deploy.logs.tail import TailOptions

    flags = s.flags
    options = TailOptions(flags["follow"], flags["lines"], flags["container-tag"], tuple(flags["container-name"]))
    show_logs(s.client, str(s.selector()), s.namespace, options, flags["pod-name"], s.ui.block, s.ui.begin)
