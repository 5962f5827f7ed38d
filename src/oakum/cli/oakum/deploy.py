"""`oakum deploy`: template, build, pin and deploy in one process, the objects handed on as they are.

No text lies between the stages, so that every field keeps the file and line that it was written on, down to a server's
rejection. Nothing is recorded in the cluster before templates and images are right.
"""
from __future__ import annotations

import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence

from oakum.cli.command import Invocation
from oakum.cli.flag import Flag
from oakum.cli.kapp import ROOT as KAPP
from oakum.cli.kapp import session
from oakum.cli.kapp.session import Session
from oakum.cli.kbld import ROOT as KBLD
from oakum.cli.oakum.ahead import Ahead
from oakum.cli.oakum.kept import Kept
from oakum.cli.ytt import ROOT as YTT
from oakum.dataclass import dataclass
from oakum.deploy.errors import AppError, InputError
from oakum.template.workspace.inputs import Inputs
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.deploy.resource import Resource
    from oakum.images.resolution import Resolution
    from oakum.template.files import InputFile
    from oakum.yaml.locate import Place
    from oakum.yaml.nodes import Document

NOT_HERE = frozenset((
    "bulk-in", "bulk-out", "dangerous-emptied-output-directory", "data-values-inspect", "data-values-schema-inspect",
    "debug", "diff-ui-alpha", "files-inspect", "filter-age", "output", "output-files", "unresolved-inspect", "version",
))  # fmt: skip
"""Flags of the single programs that end before anything is deployed, or write something else; the one that kapp only
refuses; and the filter by age: what comes from files has none, so that by it everything is deleted, or made anew."""
PROGRAMS = (YTT.flags, KBLD.flags, next(command for command in KAPP.commands if command.name == "deploy").flags)


def flags() -> tuple[Flag, ...]:
    """The flags of all three programs; `--file` is ytt's, and the application is locked unless told otherwise."""
    found: dict[str, Flag] = {}
    taken: set[str] = set()
    for flag in (flag for program in PROGRAMS for flag in program if flag.name not in NOT_HERE):
        if flag.name not in found:
            found[flag.name] = flag._replace(short="") if flag.short and flag.short in taken else flag
            taken.add(flag.short)
    return tuple(flag._replace(default=True) if flag.name == "lock" else flag for flag in found.values())


@dataclass(frozen=True)
class NodeOrigin:
    """Where a document of a template's output was written; `within` leads to an item of a List."""

    document: Document
    within: str = ""

    def __str__(self) -> str:
        name = self.document.source.name if self.document.source else "?"
        return f"file '{name}' line {self.document.line or '?'}"

    def locate(self, path: str) -> Place | None:
        """A field, or what it would be in."""
        from oakum.yaml.locate import in_node

        return in_node(self.document, f"{self.within}{path}")


def run(call: Invocation) -> int:
    """Deploy an application from templates; returns the exit status."""
    return session.run(call, _deploy)


def _deploy(s: Session) -> None:
    from oakum.cli.kbld.resolve import one_lock

    # The single programs' functions look for their own flags too.
    s.flags = {flag.name: flag.initial() for program in PROGRAMS for flag in program} | s.flags
    if not s.flags["app"]:
        raise AppError("Expected app name to be non-empty (hint: name it with '-a')")
    if not s.flags["file"]:
        raise InputError("Expected at least one --file (-f) specified with a file or directory path")
    one_lock(s.flags)
    inputs = _inputs(s.flags)
    files = inputs.collect(s.flags["file"])
    for file in files:
        file.load = _without_mark(file.load)
    kept = Kept(s, (flag for program in PROGRAMS for flag in program), files)
    ahead = Ahead(s, kept.seen)
    known = kept.resolutions(ahead.look)
    if known is not None and kept.holds(known):
        kept.show()
        return
    _ = ahead.options  # a mistake in the flags is told before those in templates
    resolutions = _pinned(s, _templated(s.flags, files, inputs), known, kept, ahead)
    if not ahead.deploy.run():
        kept.keep(resolutions)


def _without_mark(load: Callable[[], bytes]) -> Callable[[], bytes]:
    """The content without a mark of byte order, which ytt hands on, and kbld and kapp then leave out."""
    return lambda: load().removeprefix(BOM_UTF8)


def _inputs(given: dict[str, Any]) -> Inputs:
    from oakum.template.workspace.symlinks import Symlinks

    allowed = tuple(given["allow-symlink-destination"])
    return Inputs(Symlinks(allowed, given["dangerous-allow-all-symlink-destinations"]))


def _templated(given: dict[str, Any], files: list[InputFile], inputs: Inputs) -> list[Document]:
    from oakum.cli.ytt.template import evaluate, marked

    result = evaluate(marked(files, given), given, inputs)
    for text in result.texts:
        sys.stderr.write(f"Warning: {text.path} is a template of text, and no object to deploy\n")
    return [document for file in result.files for document in file.documents.items]


def _pinned(
    s: Session, documents: Sequence[Document], known: Mapping[str, Resolution] | None, kept: Kept, ahead: Ahead
) -> dict[str, Resolution]:
    """Give `ahead` the resources, with their images built and pinned; returns what the images came to."""
    from oakum.cli.kbld.resolve import resolve
    from oakum.images import decode
    from oakum.images.resource import members
    from oakum.yaml.values import to_plain

    values = [(document, to_plain(document)) for document in documents]
    given = [(document, value) for document, value in values if value]
    for document, value in given:
        if not isinstance(value, dict):
            raise InputError(f"{NodeOrigin(document)}: Expected a resource to be a map")
    ahead.draft = lambda: [_resource(document, path, item) for document, value in given for path, item in members(value)
                           if (item or path) and not decode.is_config(item)]
    plain = [value for _, value in given]
    result = resolve(s.flags, plain, s.ui, known if kept.note(plain) else None, ahead.look)
    ahead.resources = [_resource(given[place.index][0], place.path, body)
                       for body, place in zip(result.documents, result.places, strict=True)]
    return result.resolutions


def _resource(document: Document, path: Sequence[str | int], body: dict[str, Any]) -> Resource:
    from oakum.deploy.resource import Resource
    from oakum.deploy.values import floats

    return Resource(floats(body), NodeOrigin(document, _prefix(path)))


def _prefix(path: Sequence[str | int]) -> str:
    """The steps to an item of a List, to put before a field's path."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"{text.lstrip('.')}." if text else ""
