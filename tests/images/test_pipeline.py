from __future__ import annotations

from pathlib import Path

import pytest
from tests.registry.conftest import Host

from oakum.errors import ImageError
from oakum.images.annotation import read
from oakum.images.config import Platform
from oakum.images.errors import ResolveErrors
from oakum.images.log import ListLog
from oakum.images.pipeline import Place
from oakum.images.rewriting import Rewrite, unused

from .conftest import Resolve, config


def test_a_tag_is_replaced_by_its_digest_and_noted(registry: Host, resolve: Resolve) -> None:
    pushed = registry.push_image("app:1")
    found = resolve({"image": f"{registry.address}/app:1", "z": 1})
    document = found.documents[0]
    assert document["image"] == f"{registry.address}/app@{pushed.digest}"
    assert list(document)[:2] == ["image", "z"]
    assert read(document)[0]["origins"] == [{"resolved": {"tag": "1", "url": f"{registry.address}/app:1"}}]


def test_configuration_is_taken_out_and_places_are_kept(registry: Host, resolve: Resolve) -> None:
    found = resolve(config(), {"a": 1}, {"kind": "List", "items": [{"b": 1}, config(), {"c": 1}]})
    assert found.documents == [{"a": 1}, {"b": 1}, {"c": 1}]
    assert found.places == [Place(1), Place(2, ("items", 0)), Place(2, ("items", 2))]


def test_a_list_is_taken_apart_but_none_inside_it_and_its_empty_members_stay(resolve: Resolve) -> None:
    inner = {"items": [{"b": 2}]}
    assert resolve({"items": [{"a": 1}, inner, {}]}, {}).documents == [{"a": 1}, inner, {}]


def test_an_override_is_applied_once(registry: Host, resolve: Resolve) -> None:
    pushed = registry.push_image("app:1")
    overrides = [
        {"image": "nick", "newImage": f"{registry.address}/app:1"},
        {"image": f"{registry.address}/app:1", "newImage": "elsewhere", "preresolved": True},
    ]
    found = resolve({"image": "nick"}, config(overrides=overrides))
    assert found.resolutions["nick"].url.endswith(pushed.digest)


def test_a_preresolved_override_is_taken_as_it_stands(resolve: Resolve) -> None:
    found = resolve({"image": "a"}, config(overrides=[{"image": "a", "newImage": "Not: valid", "preresolved": True}]))
    assert found.documents[0]["image"] == "Not: valid"


def test_a_tag_is_selected_by_version(registry: Host, resolve: Resolve) -> None:
    for tag in ("1.0.0", "1.2.0", "2.0.0"):
        registry.push_image(f"app:{tag}", tag.encode())
    entry = {"image": "a", "newImage": f"{registry.address}/app", "tagSelection": {"semver": {"constraints": "1.x"}}}
    found = resolve({"image": "a"}, config(overrides=[entry]))
    assert found.resolutions["a"].origins[0]["resolved"]["tag"] == "1.2.0"


def test_a_platform_is_selected_and_the_index_noted(registry: Host, resolve: Resolve) -> None:
    child = registry.push_image("app:arm", b"arm")
    other = registry.push_image("app:amd", b"amd")
    registry.push_index("app:all", {"linux/arm64": child, "linux/amd64": other})
    found = resolve({"image": f"{registry.address}/app:all"}, platform=Platform("linux", "arm64"))
    resolution = next(iter(found.resolutions.values()))
    assert resolution.url.endswith(child.digest)
    assert resolution.origins[-1]["platformSelected"]["architecture"] == "arm64"


def test_a_variant_is_noted_when_it_was_asked_for(registry: Host, resolve: Resolve) -> None:
    registry.push_index("app:all", {"linux/arm/v7": registry.push_image("app:arm")})

    def noted(variant: str) -> str | None:
        found = resolve({"image": f"{registry.address}/app:all"}, platform=Platform("linux", "arm", variant))
        origin = next(iter(found.resolutions.values())).origins[-1]["platformSelected"]
        return origin.get("variant")

    assert (noted("v7"), noted("")) == ("v7", None)


def test_every_failure_is_listed_in_order(registry: Host, resolve: Resolve) -> None:
    with pytest.raises(ResolveErrors) as caught:
        resolve({"image": "Zed/x", "a": {"image": f"{registry.address}/none:1"}})
    lines = str(caught.value).split("\n- Resolving image ")
    assert lines[0] == ""
    assert lines[1].startswith(f"'{registry.address}/none:1': GET http://{registry.address}/v2/none/manifests/1: ")
    assert lines[2].startswith("'Zed/x': repository can only contain the characters")


def test_digests_are_not_asked_for_unless_wanted(registry: Host, resolve: Resolve) -> None:
    image = f"{registry.address}/app:1@sha256:{'a' * 64}"
    assert resolve({"image": image}).documents == [{"image": f"{registry.address}/app@sha256:{'a' * 64}"}]
    with pytest.raises(ResolveErrors):
        resolve({"image": image}, verify_digests=True)


def test_a_tag_may_stay_beside_the_digest(registry: Host, resolve: Resolve) -> None:
    pushed = registry.push_image("app:1")
    image = f"{registry.address}/app:1"
    found = resolve({"image": image}, keep_tag=True)
    assert found.documents[0]["image"] == f"{image}@{pushed.digest}"


def test_a_registry_may_be_rewritten(registry: Host, resolve: Resolve) -> None:
    pushed = registry.push_image("mirror/library/nginx:1.25")
    rewrites = (Rewrite.parse(f"index.docker.io={registry.address}/mirror"),)
    found = resolve({"image": "nginx:1.25"}, rewrites=rewrites)
    assert found.documents[0]["image"] == f"{registry.address}/mirror/library/nginx@{pushed.digest}"


def test_a_mirror_is_asked_first_and_the_name_stays(registry: Host, resolve: Resolve) -> None:
    pushed = registry.push_image("mirror/library/nginx:1.25")
    mirrors = tuple(Rewrite.parse(f"index.docker.io={registry.address}/{name}") for name in ("empty", "mirror"))
    found = resolve({"image": "nginx:1.25"}, mirrors=mirrors)
    assert found.documents[0]["image"] == f"index.docker.io/library/nginx@{pushed.digest}"


def test_entries_that_nothing_matched_are_named(resolve: Resolve) -> None:
    entries = config(
        sources=[{"image": "s", "path": "x"}],
        overrides=[{"image": "a", "newImage": "b", "preresolved": True}, {"image": "o", "newImage": "p"}],
        destinations=[{"image": "d"}],
    )
    found = resolve({"image": "a"}, entries)
    assert list(unused(found.config, found.resolutions)) == [
        "unused source: no image matches 's'",
        "unused override or lock entry: no image matches 'o'",
        "unused destination: no image matches 'd'",
    ]


def test_building_may_be_switched_off(resolve: Resolve) -> None:
    with pytest.raises(ResolveErrors, match=r"Building of images is disallowed \(tried to build 'a' because"):
        resolve({"image": "a"}, config(sources=[{"image": "a", "path": "x"}]), build=False)


def test_a_folder_with_a_name_that_none_can_have_is_a_failure_of_its_image(resolve: Resolve) -> None:
    with pytest.raises(ResolveErrors, match="is a directory: stat a\0b: invalid argument"):
        resolve({"image": "a"}, config(sources=[{"image": "a", "path": "a\0b"}]))


def test_a_local_build_in_a_lock_by_digest_is_refused_before_it_is_built(
    resolve: Resolve, log: ListLog, work: Path
) -> None:
    with pytest.raises(ImageError, match="'a' is built without being pushed"):
        resolve({"image": "a"}, config(sources=[{"image": "a", "path": "."}]), pushed_only=True)
    assert log.lines == []
