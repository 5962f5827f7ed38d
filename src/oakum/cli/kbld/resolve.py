"""`kbld`: find references, build, push, pin, print."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from oakum import cache
from oakum.cli import registries
from oakum.cli.command import Invocation
from oakum.cli.kbld import session
from oakum.cli.ui import UI
from oakum.errors import YAMLError
from oakum.images import decode
from oakum.images.config import Override, merge
from oakum.images.errors import ConfigError
from oakum.images.minimum import EMULATED
from oakum.images.resource import Document
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.images.config import Platform
    from oakum.images.log import Log
    from oakum.images.options import Options, Tools
    from oakum.images.pipeline import Result
    from oakum.images.resolution import Resolution
    from oakum.images.rewriting import Rewrite


LOCKS = {"lock-output": "Writing lock config", "imgpkg-lock-output": "Writing images config"}
"""What is done for each of the flags that name a lock, as messages say it."""


def run(call: Invocation) -> int:
    """Run the root command; returns the exit status."""
    if call.flags["version"]:
        sys.stdout.write(f"kbld version {EMULATED}\n\nSucceeded\n")
        return 0
    return session.run(call, lambda ui: _run(call.flags, ui))


def _run(flags: dict[str, Any], ui: UI) -> None:
    one_lock(flags)
    documents = list(session.documents(flags))
    if flags["unresolved-inspect"]:
        _image_map(flags)  # a map that cannot be read is told here too
        ui.block(_unresolved(documents))
    else:
        for text in _texts(resolve(flags, documents, ui).documents):
            ui.block(text)


def _unresolved(documents: Sequence[Document]) -> str:
    from oakum.images import search
    from oakum.yaml import plain

    resources, config = decode.split(documents)
    rules = config.search_rules()
    found = {image for document in resources for image in search.find(document, rules)}
    return plain.dump([{"image": image} for image in sorted(found)] or None)


def resolve(
    flags: dict[str, Any], documents: Sequence[Document], ui: UI, known: Mapping[str, Resolution] | None = None,
    ready: Callable[[], None] | None = None,
) -> Result:
    """Build and pin the images of `documents` as the flags say; logs to standard error, writes lock files.

    `known` is what `resolve_images` found for them before. `ready` is called before anything is built or pushed; where
    there is one, a failure is told as soon as it is known, and ends what is being built.
    """
    from oakum.images import pipeline

    options, tools = _options(flags, fail_fast=ready is not None), _tools(flags, ui, ready or (lambda: None))
    result = pipeline.resolve_documents(documents, options, tools, _image_map(flags), known)
    if flags["warn-unused"]:
        from oakum.images.rewriting import unused

        for sentence in unused(result.config, result.resolutions):
            tools.log.write("warning", sentence)
    if result.resolutions != known:
        _tell(tools.log, result.resolutions)
    _write_locks(flags, result)
    return result


def resolve_images(
    flags: dict[str, Any], images: Iterable[str], config: Iterable[Document], ui: UI, ready: Callable[[], None]
) -> dict[str, Resolution]:
    """Build and pin `images` by the documents of configuration alone; logs to standard error; `ready` as above."""
    from oakum.images import resolving

    tools = _tools(flags, ui, ready)
    found = resolving.resolve_images(images, merge(map(decode.parse, config)), _options(flags, fail_fast=True), tools)
    _tell(tools.log, found)
    return found


def _tell(log: Log, resolutions: Mapping[str, Resolution]) -> None:
    for image, resolution in resolutions.items():
        log.write("resolve", f"final: {image} -> {resolution.url}")


def _tools(flags: dict[str, Any], ui: UI, ready: Callable[[], None]) -> Tools:
    from oakum.images.options import Tools

    folder = cache.folder(os.environ, "images")
    return Tools(registries.transport(flags), session.log(ui.stderr), folder, os.environ, ready)


def _options(flags: dict[str, Any], *, fail_fast: bool) -> Options:
    from oakum.images.options import Options

    return Options(
        build=flags["build"],
        concurrency=flags["build-concurrency"],
        annotate=flags["images-annotation"],
        platform=_platform(flags["platform"]) if flags["platform"] else None,
        build_cache=not flags["no-build-cache"],
        verify_digests=flags["verify-digests"],
        keep_tag=flags["keep-tag"],
        rewrites=_rewrites(flags, "rewrite-registry"),
        mirrors=_rewrites(flags, "registry-mirror"),
        pushed_only=bool(flags["imgpkg-lock-output"]),
        sbom=_form(flags["sbom"]) if flags["sbom"] else "",
        sign_key=flags["sign-key"],
        verify_key=flags["verify-key"],
        dry_run=flags.get("diff-run", False),
        fail_fast=fail_fast,
    )


def one_lock(flags: dict[str, Any]) -> None:
    """Raises ConfigError where locks of both kinds are asked for."""
    if all(flags[name] for name in LOCKS):
        one_of = " or ".join(f"'--{name}'" for name in LOCKS)
        raise ConfigError(f"Can only output one lockfile type, please provide only one of {one_of}")


def check_locks(flags: dict[str, Any]) -> None:
    """Raises the ConfigError of locks that cannot be written, as far as that shows before there is anything in them."""
    from oakum.images import lock

    for flag, doing in LOCKS.items():
        if flags[flag]:
            lock.check_writable(flags[flag], doing)


def _form(text: str) -> str:
    from oakum.images.sbom import documents

    return documents.checked(text)


def _platform(text: str) -> Platform:
    from oakum.images import platforms

    return platforms.parse(text)


def _rewrites(flags: Mapping[str, Any], name: str) -> tuple[Rewrite, ...]:
    if not flags[name]:
        return ()
    from oakum.images.rewriting import Rewrite

    return tuple(Rewrite.parse(text, f"--{name}") for text in flags[name])


def _texts(documents: Sequence[Document]) -> list[str]:
    """Every document written before the first is printed, so that a failure prints none."""
    from oakum.yaml import plain

    try:
        return ["---\n" + plain.dump(document) for document in documents]
    except YAMLError as error:
        raise ConfigError(f"Updating resource references: {error}") from error


def _image_map(flags: dict[str, Any]) -> list[Override]:
    if not flags["image-map-file"]:
        return []
    from oakum.images import lock

    return lock.read_map(flags["image-map-file"])


def _write_locks(flags: dict[str, Any], result: Result) -> None:
    if not (flags["lock-output"] or flags["imgpkg-lock-output"]):
        return
    from oakum.images import imageslock, lock

    for image, resolution in result.resolutions.items():
        if resolution.pending:
            raise ConfigError(
                f"Expected the digest of '{image}' for the lock, but it is still to be built, and --diff-run builds "
                "nothing (hint: leave out the lock, or --diff-run)"
            )
    if flags["lock-output"]:
        pairs = [(image, resolution.url) for image, resolution in result.resolutions.items()]
        lock.write(flags["lock-output"], lock.dump(pairs, result.config), LOCKS["lock-output"])
    if flags["imgpkg-lock-output"]:
        text = imageslock.dump(result.resolutions.items(), with_origins=flags["origins-annotation"])
        lock.write(flags["imgpkg-lock-output"], text, LOCKS["imgpkg-lock-output"])
