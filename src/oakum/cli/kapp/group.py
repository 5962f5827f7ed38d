"""`kapp app-group`: one application a sub-directory."""
from __future__ import annotations

import os

from oakum.cli.command import Invocation
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session

GROUP_LABEL = "kapp.k14s.io/app-group"


def deploy(call: Invocation) -> int:
    """Deploy an application for each sub-directory; delete those of the group that have none any more."""
    return session.run(call, _deploy)


def delete(call: Invocation) -> int:
    """Delete all applications of a group."""
    return session.run(call, _delete_all)


def _group(s: Session) -> str:
    from oakum.deploy.errors import InputError

    if not s.flags["group"]:
        raise InputError("Expected group name to be non-empty")
    return str(s.flags["group"])


def _folders(directory: str) -> list[str]:
    from oakum.deploy.errors import InputError

    try:
        with os.scandir(directory) as entries:
            return sorted(e.name for e in entries if e.is_dir())
    except OSError as e:
        reason = (e.strerror or str(e)).lower()
        raise InputError(f"Reading directory '{directory}': open {directory}: {reason}") from e


def _deploy(s: Session) -> None:
    from oakum.cli.kapp.deploy import deploy_app, reader, signed
    from oakum.deploy.errors import ExitStatus

    group, directory = _group(s), s.flags["directory"]
    outcomes: list[ExitStatus] = []
    wanted = set()
    for folder in _folders(directory):
        name, path = f"{group}-{folder}", os.path.join(directory, folder)
        wanted.add(name)
        s.ui.line(f"--- deploying app '{name}' (namespace: {s.app_namespace}) from {path}")
        try:
            deploy_app(s, name, signed(s.flags, reader([path])), (f"{GROUP_LABEL}={group}",))
        except ExitStatus as status:
            outcomes.append(status)
    for name in _members(s, group):
        if name not in wanted:
            try:
                _delete(s, name, "delete-")
            except ExitStatus as status:
                outcomes.append(status)
    if outcomes:
        raise max(outcomes, key=lambda status: status.code)


def _members(s: Session, group: str) -> list[str]:
    from oakum.deploy.app.listing import list_apps

    return sorted(app.name for app in list_apps(s.client, s.app_namespace, {GROUP_LABEL: group}))


def _delete(s: Session, name: str, prefix: str = "") -> None:
    from oakum.cli.kapp.options import delete_options
    from oakum.deploy.deleting import Delete

    s.ui.line(f"--- deleting app '{name}' (namespace: {s.app_namespace})")
    Delete(s.client, delete_options(s, name, prefix), s.out, s.numbers).run()


def _delete_all(s: Session) -> None:
    group = _group(s)
    for name in _members(s, group):
        _delete(s, name)
