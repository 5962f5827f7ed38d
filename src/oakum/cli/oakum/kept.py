"""An application that was found as it is wanted, and what that rested on: while it is the same, so is the outcome.

A deploy that finds nothing to change leaves behind a digest of all that its templates were made of, the resolutions of
its images, and the version of each object that it read in the cluster. The next one reads the files, resolves (and
builds) the images and asks the cluster as ever. Where all three are what they were, templates, comparison and plan
would come out the same, and are left out. Anything else, also an answer that does not come, leads the whole way.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import oakum
from oakum import cache
from oakum.cli.oakum import ASKER
from oakum.forked import Copy, taken
from oakum.images import remembered
from oakum.kube import paths
from oakum.typing import TYPE_CHECKING, Any
from oakum.workers import Job, Workers

if TYPE_CHECKING:
    from oakum.cli.flag import Flag
    from oakum.cli.kapp.session import Session
    from oakum.images.resolution import Resolution
    from oakum.images.resource import Document
    from oakum.kube.seen import Seen
    from oakum.template.files import InputFile

WHOLE = frozenset((
    "app", "app-namespace", "apply-check-interval", "apply-concurrency", "apply-timeout", "build-concurrency", "color",
    "column", "dangerous-allow-all-symlink-destinations", "dangerous-data-values-disable-validation", "data-value",
    "data-value-yaml", "data-values-env", "data-values-env-yaml", "default-label-scoping-rules", "diff-changes",
    "diff-context", "diff-line-numbers", "diff-mask", "diff-summary", "explain-calls", "explain-errors",
    "explain-overlays", "file", "file-mark", "ignore-unknown-comments", "images-annotation",
    "implicit-map-key-overrides", "into-ns", "kube-api-burst", "kube-api-qps", "kubeconfig", "kubeconfig-context",
    "lock", "lock-wait", "map-ns", "max-memory", "max-steps", "namespace", "platform", "registry-ca-cert-path",
    "registry-insecure", "registry-verify-certs", "server-side", "strict", "tty", "wait", "wait-check-interval",
    "wait-concurrency", "wait-resource-timeout", "wait-strict", "wait-timeout", "warnings", "yes",
))  # fmt: skip
"""Flags that say all in their value, or only how something is done. With any other nothing is kept and nothing used."""


class Kept:
    """What the last deploy of `s`'s application left behind, and what this one is to leave.

    `flags` are all that there are, `files` the inputs of the templates; `seen` takes what is read in the cluster.
    """

    def __init__(self, s: Session, flags: Iterable[Flag], files: Sequence[InputFile]) -> None:
        self._s, self._files = s, files
        given = {flag.name for flag in flags if s.flags[flag.name] != flag.initial()}
        self._folder = _working_folder()
        self._usable = given <= WHOLE and os.environ.get("OAKUM_CACHE") != "off" and self._folder is not None
        self._new: dict[str, Any] = {}
        self._cluster: Copy | Job[str | None] | None = None
        self.seen: Seen | None = {} if self._usable else None

    def resolutions(self, ready: Callable[[], None]) -> dict[str, Resolution] | None:
        """What the images of the same inputs come to now; None when the inputs are others. Raises OakumError.

        `ready` is called before anything is built or pushed, unless the cluster is what it was.
        """
        copy = taken(ASKER)
        if not (self._usable and self._known.get("inputs") == self._inputs):
            if copy is not None:
                copy.end()
            return None
        # The cluster answers while registry and git are asked.
        self._cluster = self._ask(copy)
        from oakum.cli.kbld.resolve import resolve_images

        def look() -> None:
            if self._told is None:
                ready()

        return resolve_images(self._s.flags, self._known["images"], self._known["config"], self._s.ui, look)

    def holds(self, resolutions: Mapping[str, Resolution]) -> bool:
        """Whether images and cluster, and this program, are what they were."""
        return self._told is not None and _plain(resolutions) == self._known["images"]

    def show(self) -> None:
        """Print what a deploy prints that has nothing to do."""
        from oakum.deploy.run.grid import changes_grid

        if self._told:
            self._s.ui.line(self._told)
        if self._s.flags["diff-summary"]:
            self._s.out.table(changes_grid((), ()))

    def note(self, documents: Sequence[Document]) -> bool:
        """These came out of the templates. Whether the configuration of images among them is what was kept."""
        from oakum.images import decode
        from oakum.images.resource import members

        config = [item for document in documents for _, item in members(document) if decode.is_config(item)]
        self._new = {"config": config}
        return self._known.get("config") == config

    def keep(self, resolutions: Mapping[str, Resolution]) -> None:
        """Nothing was to be changed: the next deploy may use what this one rested on."""
        if self._usable:
            rest = {"inputs": self._inputs, "seen": self.seen, "images": _plain(resolutions),
                    "program": cache.version().hex(), "obtained": self._s.config.identity.obtained}
            remembered.write(*self._place, self._new | rest)

    @cached_property
    def _told(self) -> str | None:
        """Which cluster it is, in words, where it is what it was."""
        return self._cluster.result() if self._cluster is not None else None

    def _ask(self, copy: Copy | None) -> Copy | Job[str | None]:
        s, known = self._s, self._known
        asked = known["seen"], known["program"], s.named
        # What a plugin or a provider gives, maybe after it has asked somebody, has to stay in this process.
        if copy is not None and not known["obtained"]:
            copy.ask((s.kubeconfig, s.rate, *asked))
            return copy
        if copy is not None:
            copy.end()
        from oakum.cli.oakum.cluster import as_it_was

        return Workers(1).submit(as_it_was, s.connection, *asked)

    @cached_property
    def _known(self) -> dict[str, Any]:
        return remembered.read(*self._place)

    @cached_property
    def _place(self) -> tuple[str, str]:
        """The folder, and what the deploy is known by there."""
        s = self._s
        spaces = [s.flags["app-namespace"], s.flags["namespace"], os.environ.get("KAPP_NAMESPACE")]
        return cache.folder(os.environ, "deploys"), repr([s.flags["app"], spaces, self._folder, self._cluster_key])

    @cached_property
    def _cluster_key(self) -> str:
        """Tells clusters, and the users that they are asked as, apart, without looking into the kubeconfig."""
        given = self._s.kubeconfig
        contents = [_content(path) for path in paths.asked(given["path"], os.environ)]
        return _digest([given, contents, [os.environ.get(name) for name in paths.VARIABLES]])

    @cached_property
    def _inputs(self) -> str:
        """A digest of the flags, the environment that they name, and every file."""
        s = self._s
        prefixes = tuple(f"{name}_" for name in (*s.flags["data-values-env"], *s.flags["data-values-env-yaml"]))
        named = {name: value for name, value in os.environ.items() if name.startswith(("KAPP_", *prefixes))}
        files = [[file.path, file.given, _digest(file.data)] for file in self._files]
        return _digest([oakum.__version__, self._folder, s.flags, named, files])


def _plain(resolutions: Mapping[str, Resolution]) -> dict[str, list[Any]]:
    return {image: [found.url, list(found.origins)] for image, found in resolutions.items()}


def _working_folder() -> str | None:
    """None when it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _digest(value: Any) -> str:
    from _blake2 import blake2b  # hashlib, which has it too, takes longer to read than all that is hashed here

    data = value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogateescape")
    return blake2b(data, digest_size=32).hexdigest()
