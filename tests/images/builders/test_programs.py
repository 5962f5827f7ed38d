"""Argument lists of every builder that runs a program, with programs that note them."""
from __future__ import annotations

import pytest

from oakum.images.config import Destination, ImageRef
from oakum.images.errors import BuildError
from oakum.images.log import ListLog

from .conftest import DOCKER, NINES, SEVENS, Build, Programs, shown

STABLE = f"kbld:cup-sha256-{SEVENS}"
OPTIONS = {"target": "t1", "pull": True, "noCache": True, "file": "D.dev", "rawOptions": ["--squash", "--build-arg=A=b c"]}
FLAGS = "--target t1 --pull --no-cache --file D.dev --squash --build-arg=A=b c"


def test_docker_builds_keeps_and_pushes(programs: Programs, build: Build, log: ListLog) -> None:
    programs.add("docker", DOCKER)
    built = build("docker", **OPTIONS)
    assert built.image == STABLE
    assert built.publisher is not None
    assert built.publisher.publish(STABLE, Destination(ImageRef("cup"), "r.io/built"), log) == f"r.io/built@sha256:{NINES}"
    target = "r.io/built:kbld-rand-N"
    assert programs.calls == [
        f"docker build {FLAGS} --tag kbld:rand-N-cup .",
        "docker inspect kbld:rand-N-cup",
        f"docker tag kbld:rand-N-cup {STABLE}",
        "docker rmi kbld:rand-N-cup",
        f"docker inspect {STABLE}",
        f"docker tag {STABLE} {target}",
        f"docker push {target}",
        f"docker inspect {target}",
    ]
    assert shown(log) == [
        "cup | starting build (using Docker): src -> kbld:rand-N-cup",
        "cup | building in src buildkit=unset",
        "cup | finished build (using Docker)",
        f"r.io/built | starting push (using Docker): {STABLE} -> {target}",
        "r.io/built | pushing",
        "r.io/built | finished push (using Docker)",
    ]


@pytest.mark.parametrize(("wanted", "shown_as"), [(True, "1"), (False, "unset")])
def test_buildkit_is_on_only_when_asked_for(
    programs: Programs, build: Build, log: ListLog, wanted: bool, shown_as: str
) -> None:
    programs.add("docker", DOCKER)
    build("docker", buildkit=wanted)
    assert f"cup | building in src buildkit={shown_as}" in log.lines


def test_a_failed_build_is_told_on_the_log_too(programs: Programs, build: Build, log: ListLog) -> None:
    programs.add("docker", "echo broken >&2; exit 3")
    with pytest.raises(BuildError, match="^exit status 3$"):
        build("docker")
    assert shown(log)[1:4] == ["cup | broken", "cup | error: exit status 3", "cup | finished build (using Docker)"]


@pytest.mark.parametrize("builder", ["docker", "pack"])
def test_what_a_failed_tag_says_is_told(programs: Programs, build: Build, log: ListLog, builder: str) -> None:
    programs.add("docker", f"""case "$1" in tag) echo no tag >&2; exit 2;; inspect) echo '[{{"Id": "sha256:{SEVENS}"}}]';; esac""")
    programs.add("pack", f"echo Image ID: {SEVENS}")
    with pytest.raises(BuildError, match="^exit status 2$"):
        build(builder, builder="b")
    assert [line for line in log.lines if " tag" in line] == ["cup | no tag", "cup | tag error: exit status 2"]


@pytest.mark.parametrize("builder", ["pack", "bazel"])
def test_a_build_that_lacks_an_option_has_the_log_of_one_all_the_same(build: Build, log: ListLog, builder: str) -> None:
    with pytest.raises(BuildError, match="to be specified, but was not$"):
        build(builder)
    assert shown(log) == [f"cup | starting build (using {builder}): src", f"cup | finished build (using {builder})"]


def test_what_inspect_says_must_be_json(programs: Programs, build: Build) -> None:
    programs.add("docker", 'case "$1" in inspect) echo nope;; esac')
    with pytest.raises(BuildError, match=r"^invalid character 'o' in literal null \(expecting 'u'\)$"):
        build("docker")


def test_two_images_where_one_is_expected_are_an_error(programs: Programs, build: Build, log: ListLog) -> None:
    programs.add("docker", """case "$1" in inspect) echo '[{"Id": "a"}, {"Id": "b"}]';; esac""")
    with pytest.raises(BuildError, match="^Expected to find exactly one image, but found 2$"):
        build("docker")
    assert "cup | inspect error: Expected to find exactly one image, but found 2" in log.lines


@pytest.mark.parametrize(
    ("digests", "words", "line"),
    [
        ("[]", "Expected to find at least one repo digest", "missing repo digest"),
        (
            f'["a.io/c@sha256:{SEVENS}", "b.io/c@sha256:{NINES}"]',
            f'Expected to find same repo digest, but found []string{{"a.io/c@sha256:{SEVENS}", "b.io/c@sha256:{NINES}"}}',
            "repo digests mismatch",
        ),
    ],
)
def test_a_push_needs_one_digest(
    programs: Programs, build: Build, log: ListLog, digests: str, words: str, line: str
) -> None:
    answer = f'[{{"Id": "sha256:{SEVENS}", "RepoDigests": {digests}}}]'
    programs.add("docker", f"""case "$1" in inspect) echo '{answer}';; esac""")
    built = build("docker")
    assert built.publisher is not None
    with pytest.raises(BuildError) as caught:
        built.publisher.publish(built.image, Destination(ImageRef("cup"), "r.io/built"), log)
    assert str(caught.value) == words
    assert f"r.io/built | {line}" in log.lines


def test_the_digest_of_the_pushed_repository_counts_among_several(
    programs: Programs, build: Build, log: ListLog
) -> None:
    answer = f'[{{"Id": "sha256:{SEVENS}", "RepoDigests": ["a.io/c@sha256:{SEVENS}", "r.io/built@sha256:{NINES}"]}}]'
    programs.add("docker", f"""case "$1" in inspect) echo '{answer}';; esac""")
    built = build("docker")
    assert built.publisher is not None
    found = built.publisher.publish(built.image, Destination(ImageRef("cup"), "r.io/built"), log)
    assert found == f"r.io/built@sha256:{NINES}"


def test_podman_tells_in_a_file_what_it_pushed(programs: Programs, build: Build, log: ListLog) -> None:
    answer = f'[{{"Id": "sha256:{SEVENS}", "RepoDigests": ["r.io/built@sha256:{SEVENS}"]}}]'
    programs.add("podman", f"""case "$1" in inspect) echo '{answer}';; push) echo sha256:{NINES} > "$3";; esac""")
    built = build("podman")
    assert built.publisher is not None
    found = built.publisher.publish(built.image, Destination(ImageRef("cup"), "r.io/built"), log)
    assert found == f"r.io/built@sha256:{NINES}"
    assert programs.calls[0] == "podman build --tag kbld:rand-N-cup ."
    assert programs.calls[-1].endswith("/answer r.io/built:kbld-rand-N")


def test_buildx_pushes_by_itself(programs: Programs, build: Build) -> None:
    programs.add("docker", DOCKER)
    built = build("buildx", **OPTIONS)
    assert (built.image, built.publisher) == (f"r.io/built@sha256:{NINES}", None)
    assert programs.calls == [
        f"docker buildx build --progress=plain {FLAGS} --tag r.io/built:rand-N-cup . --push"
    ]


def test_buildx_loads_without_a_destination(programs: Programs, build: Build) -> None:
    programs.add("docker", DOCKER)
    assert build("buildx", pushed=False).image == STABLE
    assert programs.calls[0] == "docker buildx build --progress=plain --tag kbld:rand-N-cup . --load"


@pytest.mark.parametrize("pushed", [False, True])
def test_buildx_gives_a_hint_for_several_platforms(
    programs: Programs, build: Build, log: ListLog, pushed: bool
) -> None:
    programs.add("docker", "echo docker exporter does not currently support exporting manifest lists >&2; exit 1")
    with pytest.raises(BuildError, match="^exit status 1$"):
        build("buildx", pushed=pushed)
    assert any("(hint: Specify image destination" in line for line in log.lines)


def test_pack_prints_the_image_it_made(programs: Programs, build: Build) -> None:
    programs.add("docker", DOCKER)
    programs.add("pack", f'echo "*** Image ID: sha256:{SEVENS}"')
    assert build("pack", builder="b", buildpacks=["x", "y"], clearCache=True, rawOptions=["-q"]).image == STABLE
    assert programs.calls == [
        "pack build --verbose cup --path . --builder b --buildpack x --buildpack y --clear-cache -q",
        f"docker tag sha256:{SEVENS} {STABLE}",
    ]


def test_ko_prints_the_name_of_the_image(programs: Programs, build: Build) -> None:
    programs.add("ko", "echo ko.local/cup-3f:latest")
    assert build("ko", rawOptions=["-x"]).image == "ko.local/cup-3f:latest"
    assert programs.calls == ["ko publish . --local -x"]


def test_bazel_prints_the_image_it_loaded(programs: Programs, build: Build) -> None:
    programs.add("docker", DOCKER)
    programs.add("bazel", f'echo "Loaded image ID: sha256:{SEVENS}"')
    assert build("bazel", target=":image", rawOptions=["--", "--norun"]).image == STABLE
    assert programs.calls[0] == "bazel run :image -- --norun"


def test_kubectl_buildkit_pushes_by_itself(programs: Programs, build: Build) -> None:
    programs.add("kubectl", f'echo "#10 exporting manifest sha256:{NINES} done" >&2')
    assert build("kubectlBuildkit", platform="linux/arm64", **OPTIONS).image == f"r.io/built@sha256:{NINES}"
    flags = FLAGS.replace("--target t1", "--target t1 --platform linux/arm64")
    assert programs.calls == [
        f"kubectl buildkit build --progress=plain {flags} --push --tag r.io/built:rand-N-cup ."
    ]


def test_buildah_tells_ids_and_digests_in_files(programs: Programs, build: Build, log: ListLog) -> None:
    script = f"""
while [ $# -gt 0 ]; do
case "$1" in --iidfile) echo sha256:{SEVENS} > "$2";; --digestfile) echo sha256:{NINES} > "$2";; esac; shift
done"""
    programs.add("buildah", script)
    built = build("buildah", **OPTIONS)
    assert built.image == STABLE
    assert built.publisher is not None
    found = built.publisher.publish(built.image, Destination(ImageRef("cup"), "r.io/built"), log)
    assert found == f"r.io/built@sha256:{NINES}"
    assert programs.calls[0].startswith(f"buildah build {FLAGS} --tag kbld:rand-N-cup --iidfile /")
    assert programs.calls[-1].endswith(f" {STABLE} docker://r.io/built:kbld-rand-N")


@pytest.mark.parametrize(
    ("builder", "words"),
    [
        ("pack", "Expected builder to be specified, but was not"),
        ("bazel", "Expected target to be specified, but was not"),
        ("ko", 'exec: "ko": executable file not found in $PATH'),
        ("kubectlBuildkit", "Expected to find image digest in build output but did not"),
    ],
)
def test_what_is_missing_is_said(programs: Programs, build: Build, builder: str, words: str) -> None:
    programs.add("kubectl", "")
    with pytest.raises(BuildError) as caught:
        build(builder)
    assert str(caught.value) == words


def test_the_folder_is_checked_first(programs: Programs, build: Build) -> None:
    programs.add("docker", DOCKER)
    with pytest.raises(BuildError, match="^Checking if path 'nope' is a directory: stat nope: no such file or directory$"):
        build("docker", path="nope")
    with pytest.raises(BuildError, match="^Expected path 'src/x' to be a directory, but was not$"):
        build("docker", path="src/x")
    programs.add("ko", "")
    with pytest.raises(BuildError, match="^chdir nope: no such file or directory$"):
        build("ko", path="nope")
    with pytest.raises(BuildError, match="^fork/exec /.*/ko: not a directory$"):
        build("ko", path="src/x")


def test_without_docker_the_log_says_what_was_tried(
    programs: Programs, build: Build, log: ListLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs.folder))
    with pytest.raises(BuildError, match=r'^exec: "docker": executable file not found in \$PATH$'):
        build("")
    assert log.lines[-1].startswith("cup | hint: there is no docker, and the embedded Go builder does not fit: 'src' has")
    assert "install or start Docker" in log.lines[-1]


def test_an_engine_that_does_not_answer_is_told_from_a_build_that_fails(
    programs: Programs, build: Build, log: ListLog
) -> None:
    for words, hints in (("Cannot connect to the Docker daemon at unix:///x.", 1), ("no such stage", 0)):
        log.lines.clear()
        programs.add("docker", f'echo "{words}" >&2; exit 1')
        with pytest.raises(BuildError, match="^exit status 1$"):
            build("")
        assert sum("hint: no Docker engine answers" in line for line in log.lines) == hints
