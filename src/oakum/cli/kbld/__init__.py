"""The `kbld` program: its commands and flags."""
from __future__ import annotations

from oakum.cli import ui
from oakum.cli.command import Command
from oakum.cli.flag import Flag, at_least
from oakum.cli.program import leave
from oakum.cli.program import main as run_main
from oakum.cli.registries import REGISTRY, VERIFY_KEY
from oakum.typing import NoReturn

_FILES = (
    Flag("file", "Set file (format: /tmp/foo, https://..., -) (can be specified multiple times)", "strings", short="f"),
    Flag("sort", "Sort by namespace, name, etc.", "bool", default=True),
)
_RESOLVE = (
    Flag("build", "Allow building of images", "bool", default=True),
    Flag("no-build-cache", "Build every source again", "bool"),
    Flag("build-concurrency", "Set maximum number of concurrent builds", "int", default=4, check=at_least(1)),
    Flag("images-annotation", "Annotate resources with images annotation", "bool", default=True),
    Flag("origins-annotation", "Include origins annotation", "bool", default=True),
    Flag("image-map-file", "Set image map file (/cnab/app/relocation-mapping.json in CNAB)"),
    Flag("lock-output", "File path to emit configuration with resolved image references"),
    Flag("imgpkg-lock-output", "File path to emit images lockfile with resolved image references"),
    Flag("unresolved-inspect", "List image references found in inputs", "bool"),
    Flag("platform", "Apply platform selection to image indexes"),
    Flag("keep-tag", "Keep the tag beside the digest (format: repository:tag@sha256:...)", "bool"),
    Flag("rewrite-registry", "Take images from another place (format: from=to, prefixes of repositories) "
         "(can be specified multiple times)", "array"),
    Flag("registry-mirror", "Ask a mirror for digests first (format: from=to, prefixes of repositories) "
         "(can be specified multiple times)", "array"),
    Flag("verify-digests", "Check that images given by digest exist", "bool"),
    Flag("warn-unused", "Warn about sources, destinations and lock entries that no image matched", "bool"),
    Flag("sbom", "Attach a bill of materials to images built here (format: spdx, cyclonedx)"),
    VERIFY_KEY,
    Flag("sign-key", "Sign images built here with this private key, as cosign does (format: /tmp/cosign.key)"),
)  # fmt: skip
_REPOSITORY = Flag("repository", "Import images into given image repository (e.g. docker.io/dkalinin/my-project)",
                   short="r")  # fmt: skip
_LOCK = Flag("lock-output", "File path to emit configuration with resolved image references")
_CONCURRENCY = Flag("concurrency", "Set maximum number of concurrent imports", "int", default=5, check=at_least(1))


def _instead(command: str) -> str:
    return (
        f"please use 'imgpkg {command}', "
        f"learn more in https://carvel.dev/imgpkg/docs/latest/commands/#{command}"
    )


ROOT = Command(
    "kbld",
    short="kbld prepares Docker images to deploy to Kubernetes (inspect, version)",
    run="oakum.cli.kbld.resolve:run",
    flags=(*_FILES, *REGISTRY, *_RESOLVE, Flag("version", "version for kbld", "bool", short="v")),
    shared=(ui.TTY, *ui.FLAGS),
    after_help="\nSucceeded\n",
    commands=(
        Command("help", "Help about any command", run="oakum.cli.help:run", arguments=None),
        Command(
            "inspect",
            "Inspect images",
            aliases=("i", "is", "insp"),
            run="oakum.cli.kbld.inspect:run",
            flags=(*_FILES, *REGISTRY),
        ),
        Command("version", "Print client version", run="oakum.cli.kbld.version:run"),
        Command(
            "package",
            "Package configuration and images into tarball",
            aliases=("pkg",),
            run="oakum.cli.kbld.bundle:package",
            flags=(*_FILES, *REGISTRY, Flag("output", "Output tarball path", short="o"), _CONCURRENCY),
            deprecated=_instead("push"),
        ),
        Command(
            "unpackage",
            "Unpackage configuration and images from tarball",
            aliases=("unpkg",),
            run="oakum.cli.kbld.bundle:unpackage",
            flags=(
                *_FILES, *REGISTRY, Flag("input", "Input tarball path", short="i"), _REPOSITORY, _LOCK, _CONCURRENCY,
            ),
            deprecated=_instead("pull"),
        ),
        Command(
            "relocate",
            "Relocate images between two registries",
            run="oakum.cli.kbld.bundle:relocate",
            flags=(*_FILES, *REGISTRY, _REPOSITORY, _LOCK, _CONCURRENCY),
            deprecated=_instead("copy"),
        ),
    ),
)  # fmt: skip


def main() -> NoReturn:
    """Run `kbld` on the process's arguments and leave with its exit status."""
    leave(run_main(ROOT))

