"""Image references: `registry/repository:tag` and `registry/repository@sha256:hex`.

Short names follow Docker's rule: a first path element without `.` or `:` is part of the repository, and the registry is
Docker Hub, where a single-element name lives under `library/`. Texts of the errors are those users of kbld know.
"""
from __future__ import annotations

from oakum.dataclass import dataclass, replace
from oakum.late import pattern
from oakum.registry.errors import BadReference

HUB = "index.docker.io"
REPOSITORY_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789_-./"
TAG_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789_-.ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_AUTHORITY = pattern(r"(?a:(?:\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=-]*)(?::([0-9]*))?)")
_GREATEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: `registry` is host or host:port, `path` its name there (with `library/` made explicit)."""

    registry: str
    path: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.path}"

    def tag(self, tag: str) -> Reference:
        """The reference of `tag` in this repository; BadReference when the tag is malformed."""
        check_tag(tag)
        return Reference(self, tag=tag)

    def at(self, digest: str) -> Reference:
        """The reference of `digest` (`sha256:hex`) in this repository; BadReference when it is malformed."""
        check_digest(digest)
        return Reference(self, digest=digest)


@dataclass(frozen=True, slots=True)
class Reference:
    """One image: a repository with a digest, or else with a tag."""

    repository: Repository
    tag: str = ""
    digest: str = ""

    @property
    def identifier(self) -> str:
        """What goes into a manifest's URL: the digest, or else the tag."""
        return self.digest or self.tag

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"

    def with_digest(self, digest: str) -> Reference:
        """The same repository at `digest`, without the tag."""
        return replace(self, tag="", digest=digest)


def parse_repository(name: str, *, strict: bool = False) -> Repository:
    """The repository that `name` (no tag, no digest) means. `strict` demands registry and full path.

    Raises BadReference for an empty name and for characters or lengths that registries refuse.
    """
    if not name:
        raise BadReference("a repository name must be specified")
    head, slash, tail = name.partition("/")
    explicit = bool(slash) and ("." in head or ":" in head)
    registry, path = (head, tail) if explicit else (HUB, name)
    _check_element("repository", path, REPOSITORY_CHARS, 2, 255)
    if path.startswith("/"):  # what is left of a URL: `http://host/path`
        raise BadReference(f"repository can only contain the characters `{REPOSITORY_CHARS}`: {path}")
    if strict and not explicit:
        raise BadReference("strict validation requires the registry to be explicitly defined")
    registry = parse_registry(registry)
    if registry == HUB and "/" not in path:
        if strict:
            raise BadReference("strict validation requires the full repository path (missing 'library')")
        path = f"library/{path}"
    return Repository(registry, path)


def parse_registry(name: str) -> str:
    """The registry that `name` (host or host:port) means. Raises BadReference."""
    match = _AUTHORITY.fullmatch(name)
    if match is None or int(match[1] or 0) > _GREATEST_PORT:
        raise BadReference(f"registries must be valid RFC 3986 URI authorities: {name}")
    return HUB if name == "docker.io" else name


def parse_tag(name: str, *, strict: bool = False) -> Reference:
    """The tag reference that `name` means (`latest` when it names no tag, refused when `strict`)."""
    base, tag = split_tag(name)
    if tag or strict:
        check_tag(tag)
    return Reference(parse_repository(base, strict=strict), tag=tag or "latest")


def parse_digest(name: str, *, strict: bool = False) -> Reference:
    """The digest reference that `name` means; a tag before the `@` is dropped."""
    parts = name.split("@")
    if len(parts) != 2:
        raise BadReference(
            f"a digest must contain exactly one '@' separator (e.g. registry/repository@digest) saw: {name}"
        )
    check_digest(parts[1])
    try:
        repository = parse_tag(parts[0], strict=strict).repository
    except BadReference:
        # What cannot be a tag is taken for part of the repository's name.
        repository = parse_repository(parts[0], strict=strict)
    return Reference(repository, digest=parts[1])


def parse(name: str, *, strict: bool = False) -> Reference:
    """The reference that `name` means: by digest when it holds an `@`, else by tag."""
    return parse_digest(name, strict=strict) if "@" in name else parse_tag(name, strict=strict)


def split_tag(name: str) -> tuple[str, str]:
    """`name` without its `:tag`, and the tag (empty when there is none; a port is not a tag)."""
    base, colon, tag = name.rpartition(":")
    return (base, tag) if colon and "/" not in tag else (name, "")


def check_tag(tag: str) -> None:
    """Raise BadReference unless `tag` is 1 to 128 characters that tags may have."""
    _check_element("tag", tag, TAG_CHARS, 1, 128)


def check_digest(digest: str) -> None:
    """Raise BadReference unless `digest` is `sha256:` and 64 lower-case hexadecimal digits."""
    algorithm, _, value = digest.partition(":")
    if algorithm != "sha256" or ":" not in digest:
        raise BadReference(f"unsupported digest algorithm: {digest}")
    if len(value) != 64:
        raise BadReference("invalid checksum digest length")
    if not set(value) <= set("0123456789abcdef"):
        raise BadReference("invalid checksum digest format")


def _check_element(name: str, value: str, allowed: str, least: int, most: int) -> None:
    if not least <= len(value) <= most:
        raise BadReference(f"{name} must be between {least} and {most} characters in length: {value}")
    if any(char not in allowed for char in value):
        raise BadReference(f"{name} can only contain the characters `{allowed}`: {value}")
