from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.registry.errors import BadReference
from oakum.registry.reference import REPOSITORY_CHARS, TAG_CHARS, parse, parse_repository, split_tag

HEX = "a" * 64


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "index.docker.io/library/nginx:latest"),
        ("nginx:1.14.2", "index.docker.io/library/nginx:1.14.2"),
        ("docker.io/nginx", "index.docker.io/library/nginx:latest"),
        ("org/app", "index.docker.io/org/app:latest"),
        ("localhost/foo", "index.docker.io/localhost/foo:latest"),
        ("localhost:5000/foo", "localhost:5000/foo:latest"),
        ("gcr.io/a/b:c", "gcr.io/a/b:c"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        (f"r.io/app:1.0@sha256:{HEX}", f"r.io/app@sha256:{HEX}"),
        (f"app@sha256:{HEX}", f"index.docker.io/library/app@sha256:{HEX}"),
    ],
)
def test_a_name_means_what_docker_takes_it_for(text: str, full: str) -> None:
    assert str(parse(text)) == full


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a repository name must be specified"),
        ("x", "repository must be between 2 and 255 characters in length: x"),
        ("Foo/bar", f"repository can only contain the characters `{REPOSITORY_CHARS}`: Foo/bar"),
        ("http://a.io/b", f"repository can only contain the characters `{REPOSITORY_CHARS}`: /a.io/b"),
        ("nginx:bad tag", f"tag can only contain the characters `{TAG_CHARS}`: bad tag"),
        ("nginx@sha256:digest", "invalid checksum digest length"),
        ("nginx@md5:abc", "unsupported digest algorithm: md5:abc"),
        (f"nginx@sha256:{'G' * 64}", "invalid checksum digest format"),
        ("localhost:5000/", "repository must be between 2 and 255 characters in length: "),
        (f"a:1@sha256:{HEX}", f"repository can only contain the characters `{REPOSITORY_CHARS}`: a:1"),
        (f"r.io/a:b:c@sha256:{HEX}", f"repository can only contain the characters `{REPOSITORY_CHARS}`: a:b:c"),
        ("r.io:latest/app", "registries must be valid RFC 3986 URI authorities: r.io:latest"),
        ("r.io:80:90/app", "registries must be valid RFC 3986 URI authorities: r.io:80:90"),
        ("r.io:70000/app", "registries must be valid RFC 3986 URI authorities: r.io:70000"),
        ("[.b/app", "registries must be valid RFC 3986 URI authorities: [.b"),
        ("::1/app", "registries must be valid RFC 3986 URI authorities: ::1"),
        ("a@b@c", "a digest must contain exactly one '@' separator (e.g. registry/repository@digest) saw: a@b@c"),
    ],
)
def test_a_bad_name_is_refused_in_known_words(text: str, words: str) -> None:
    with pytest.raises(BadReference) as caught:
        parse(text)
    assert str(caught.value) == words


def test_strictness_wants_registry_and_full_path() -> None:
    with pytest.raises(BadReference, match="registry to be explicitly defined"):
        parse_repository("nginx", strict=True)
    with pytest.raises(BadReference, match="full repository path"):
        parse_repository("index.docker.io/nginx", strict=True)


def test_a_port_is_not_a_tag() -> None:
    assert split_tag("localhost:5000/foo") == ("localhost:5000/foo", "")


_PATHS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-.", min_size=1, max_size=20)


@given(st.sampled_from(["r.io", "r.io:5000", "127.0.0.1:1"]), st.lists(_PATHS, min_size=2, max_size=4), st.text(TAG_CHARS, min_size=1, max_size=128))
def test_a_full_name_survives_parsing(registry: str, path: list[str], tag: str) -> None:
    text = f"{registry}/{'/'.join(path)}:{tag}"
    assert str(parse(text)) == text
    assert parse(str(parse(text))) == parse(text)


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        ref = parse(text)
    except BadReference:
        return
    assert parse(str(ref)) == ref
