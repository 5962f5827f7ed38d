"""What can be told of a deploy before anything is built or pushed for it: that is dear, and not taken back.

The application's record, its lock and what the server serves are read before the first build instead of after the last:
those requests are not made again. One is added, where something is built: whether the server would take the record.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from oakum.cli.kapp.session import Session
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oakum.deploy.deploying import Deploy, DeployOptions
    from oakum.deploy.resource import Resource
    from oakum.kube.seen import Seen


class Ahead:
    """The deploy that `s` asks for. `draft` gives what its templates gave, once that is known, in copies; `resources`
    are the same with their images pinned.
    """

    def __init__(self, s: Session, seen: Seen | None) -> None:
        """`seen` is to note what reads of the cluster show."""
        self._s, self._seen = s, seen
        self.draft: Callable[[], Sequence[Resource]] = tuple
        self.resources: Sequence[Resource] = ()

    @cached_property
    def options(self) -> DeployOptions:
        """What the flags say. Raises OakumError where they, or the kubeconfig, say nothing that makes sense."""
        from oakum.cli.kapp.options import deploy_options

        _ = self._s.config
        options = deploy_options(self._s, self._s.flags["app"])
        options.check()
        return options

    @cached_property
    def deploy(self) -> Deploy:
        """The deploy, of what `resources` are when it runs; says which cluster it is about."""
        from oakum.cli.kapp.templates import YttTemplates
        from oakum.deploy.deploying import Deploy

        s, options = self._s, self.options
        s.client.seen = self._seen
        return Deploy(s.client, options, lambda: self.resources, s.out, YttTemplates(), s.numbers)

    def look(self) -> None:
        """Raises OakumError for what is sure to fail once images are built."""
        from oakum.cli.kbld.resolve import check_locks
        from oakum.deploy.run.grid import changes_grid

        check_locks(self._s.flags)
        if self._s.flags["diff-summary"]:
            self._s.out.check_columns(changes_grid((), ()))
        self.deploy.look(self.draft())
