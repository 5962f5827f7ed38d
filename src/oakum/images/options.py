"""What a run is told, and what it works with."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.dataclass import dataclass, field
from oakum.images.config import Platform
from oakum.images.log import Log
from oakum.registry.transport import Transport
from oakum.typing import TYPE_CHECKING, StrPath

if TYPE_CHECKING:
    from oakum.images.rewriting import Rewrite


@dataclass(frozen=True, slots=True)
class Options:
    """How images are resolved; see the flags of `kbld` for each, and `--diff-run` of `oakum deploy` for `dry_run`.

    With `fail_fast` the first failure ends all building.
    """

    build: bool = True
    concurrency: int = 4
    annotate: bool = True
    platform: Platform | None = None
    build_cache: bool = True
    verify_digests: bool = False
    keep_tag: bool = False
    rewrites: tuple[Rewrite, ...] = ()
    mirrors: tuple[Rewrite, ...] = ()
    pushed_only: bool = False
    sbom: str = ""
    sign_key: str = ""
    verify_key: str = ""
    dry_run: bool = False
    fail_fast: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run works with. `cache` is the folder for built images and for what is known about builds; `environ` says
    where a Docker engine is. `ready` is called before the first image is built or pushed: what it raises ends the run.
    """

    transport: Transport
    log: Log
    cache: StrPath
    environ: Mapping[str, str]
    ready: Callable[[], None] = field(default=lambda: None)
