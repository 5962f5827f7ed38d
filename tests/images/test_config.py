from __future__ import annotations

from typing import Any

import pytest

from oakum.images.config import ANY_INDEX, Config, SearchRule, TagSelection, repository_of
from oakum.images.decode import is_config, parse
from oakum.images.errors import ConfigError

from .conftest import config

NAME = "config/ (kbld.k14s.io/v1alpha1) cluster"


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("app", "app"),
        ("localhost:3000/org/img:tag", "localhost:3000/org/img"),
        ("a/b:1@sha256:ab12", "a/b"),
        ("localhost:3000/img", "localhost:3000/img"),
    ],
)
def test_a_repository_is_a_reference_without_tag_and_digest(image: str, repository: str) -> None:
    assert repository_of(image) == repository


def test_only_exact_kinds_and_versions_are_configuration() -> None:
    assert is_config(config())
    assert is_config({"apiVersion": "kbld.k14s.io/v1alpha1", "kind": "Sources"})
    assert is_config({"apiVersion": "imgpkg.carvel.dev/v1alpha1", "kind": "ImagesLock"})
    assert not is_config({"apiVersion": "kbld.k14s.io/v1", "kind": "Config"})
    assert not is_config({"apiVersion": "imgpkg.carvel.dev/v1alpha1", "kind": "BundleLock"})


def test_field_names_match_in_any_case_and_unknown_ones_are_ignored() -> None:
    found = parse(config(OverRides=[{"IMAGE": "a", "newimage": "b/c", "Colour": 1}]))
    assert found.override("a") is not None


def test_any_kind_may_carry_any_section() -> None:
    document = config(overrides=[{"image": "a", "newImage": "b/c"}]) | {"kind": "Sources"}
    assert parse(document).override("a") is not None


def test_the_first_entry_that_matches_wins() -> None:
    found = parse(config(overrides=[{"imageRepo": "a", "newImage": "one"}, {"image": "a:1", "newImage": "two"}]))
    override = found.override("a:1")
    assert override is not None
    assert override.new_image == "one"


@pytest.mark.parametrize(
    ("refs", "image", "wins"),
    [
        ([{"image": "a:1"}, {"imageRepo": "a"}], "a:1", "0"),
        ([{"imageRepo": "a"}, {"image": "a:1"}], "a:1", "0"),
        ([{"image": "a:2"}, {"imageRepo": "a"}, {"image": "a:1"}], "a:1", "1"),
        ([{"image": "a:1"}, {"image": "a:1"}], "a:1", "0"),
        ([{"image": "b", "imageRepo": "a"}, {"imageRepo": "a"}], "a:1", "1"),
        ([{"image": "a"}], "a:1", None),
        ([{"imageRepo": "a:1"}], "a:1", None),
    ],
)
def test_exact_names_and_repositories_are_looked_up_in_one_order(
    refs: list[dict[str, str]], image: str, wins: str | None
) -> None:
    found = parse(config(overrides=[{**ref, "newImage": str(number)} for number, ref in enumerate(refs)]))
    override = found.override(image)
    assert (override.new_image if override else None) == wins


def test_a_destination_without_a_new_image_is_the_image_itself() -> None:
    found = parse(config(destinations=[{"imageRepo": "r.io/app"}]))
    destination = found.destination("r.io/app:dev")
    assert destination is not None
    assert destination.new_image == "r.io/app"


@pytest.mark.parametrize(
    ("source", "builder"),
    [
        ({}, ""),
        ({"docker": {"build": {}}}, "docker"),
        ({"docker": {"buildx": {}, "build": {}}}, "buildx"),
        ({"ko": {}, "bazel": {"run": {}}}, "ko"),
        ({"pack": {"build": {}}, "ko": {}}, "pack"),
        ({"kubectlBuildkit": {"build": {}}}, "kubectlBuildkit"),
        ({"podman": {"build": {}}}, "podman"),
        ({"go": {"build": {"package": "./cmd/x"}}}, "go"),
    ],
)
def test_a_builder_is_chosen_by_precedence(source: dict[str, Any], builder: str) -> None:
    found = parse(config(sources=[{"image": "a", "path": "src", **source}])).sources[0]
    assert found.builder == builder


def test_a_search_rule_keeps_its_path_and_nested_rules() -> None:
    rule = {
        "keyMatcher": {"path": ["a", {"allIndexes": True}, {"index": 2}]},
        "updateStrategy": {"json": {"searchRules": [{"keyMatcher": {"name": "pic"}}]}},
    }
    found = parse(config(searchRules=[rule])).rules[0]
    assert found.path == ("a", ANY_INDEX, 2)
    assert (found.strategy, found.rules) == ("json", (SearchRule(name="pic"),))


def test_a_value_to_search_for_may_be_written_as_a_number() -> None:
    found = parse(config(searchRules=[{"valueMatcher": {"image": 5}}, {"valueMatcher": {"imageRepo": True}}])).rules
    assert found == (SearchRule(image="5"), SearchRule(image_repo="true"))


def test_prereleases_are_left_out_let_in_or_named() -> None:
    def selected(semver: dict[str, Any]) -> TagSelection | None:
        entry = {"image": "a", "newImage": "b", "tagSelection": {"semver": semver}}
        return parse(config(overrides=[entry])).overrides[0].tags

    assert selected({}) == TagSelection("", None)
    assert selected({"prereleases": {}}) == TagSelection("", ())
    assert selected({"prereleases": {"identifiers": ["rc"]}}) == TagSelection("", ("rc",))


_FRAME = f"Validating {NAME}: Validating "
_DECODING = f"Unmarshaling {NAME}: error unmarshaling JSON: while decoding JSON: "
_MISMATCH = _DECODING + "json: cannot unmarshal "


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"sources": [{"path": "x"}]}, _FRAME + "Sources[0]: Expected Image or ImageRepo to be non-empty"),
        ({"sources": [{"image": "x"}]}, _FRAME + "Sources[0]: Expected Path to be non-empty"),
        ({"overrides": [{"image": "x"}]}, _FRAME + "Overrides[0]: Expected NewImage to be non-empty"),
        ({"destinations": [{}]}, _FRAME + "Destinations[0]: Expected Image or ImageRepo to be non-empty"),
        ({"keys": ["a", ""]}, _FRAME + "Destinations[1]: Expected to be non-empty"),
        ({"searchRules": [{}]}, _FRAME + "SearchRules[0]: Expected KeyMatcher or ValueMatcher to be non-empty"),
        (
            {"searchRules": [{"keyMatcher": {}}]},
            _FRAME + "SearchRules[0]: Expected KeyMatcher.Name or KeyMatcher.Path to be non-empty",
        ),
        (
            {"searchRules": [{"valueMatcher": {}}]},
            _FRAME + "SearchRules[0]: Expected ValueMatcher.Image or ValueMatcher.ImageRepo to be non-empty",
        ),
        (
            {"minimumRequiredVersion": "99.0.0"},
            f"Validating {NAME}: kbld version '0.42.0' does not meet the minimum required version '99.0.0'",
        ),
        ({"minimumRequiredVersion": "v1"}, _FRAME + "minimum version: Must not have prefix 'v' (e.g. '0.8.0')"),
        (
            {"minimumRequiredVersion": "abc"},
            f"Validating {NAME}: Parsing minimum version constraint: Malformed constraint: >=abc",
        ),
        (
            {"sources": {}},
            f"Unmarshaling {NAME}: error unmarshaling JSON: while decoding JSON: json: "
            "cannot unmarshal object into Go struct field .sources of type []config.Source",
        ),
        ({"searchRules": [{"keyMatcher": {"path": [5]}}]}, _DECODING + "Unknown path part"),
        ({"searchRules": [{"keyMatcher": {"path": [{"index": True}]}}]}, _DECODING + "Unknown path part"),
        ({"searchRules": [None]}, _FRAME + "SearchRules[0]: Expected KeyMatcher or ValueMatcher to be non-empty"),
        ({"Sources": [{"Path": []}]}, _MISMATCH + "array into Go struct field .Sources.0.Path of type string"),
        ({"sources": ["x"]}, _MISMATCH + "string into .sources.0 of type config.Source"),
        ({"keys": ["a", {}]}, _MISMATCH + "object into .keys.1 of type string"),
        (
            {"searchRules": [{"updateStrategy": {"yaml": {"searchRules": [{"updateStrategy": {"json": 5}}]}}}]},
            _MISMATCH + "number into Go struct field .searchRules.0.updateStrategy.yaml.searchRules.0.updateStrategy"
            ".json of type config.SearchRuleUpdateStrategyJSON",
        ),
    ],
)
def test_what_is_wrong_is_said_in_known_words(sections: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(config(**sections))
    assert str(caught.value) == words


@pytest.mark.parametrize("version", ["0.42.0", "0.10", 0.1, "0.42.0-alpha"])
def test_an_older_minimum_is_met(version: object) -> None:
    parse(config(minimumRequiredVersion=version))


def test_an_images_lock_becomes_preresolved_overrides() -> None:
    digest = "sha256:" + "a" * 64
    entry = {"image": f"short/name@{digest}", "annotations": {"kbld.carvel.dev/id": "app"}}
    lock = {"apiVersion": "imgpkg.carvel.dev/v1alpha1", "kind": "ImagesLock", "images": [entry]}
    override = parse(lock).override("app")
    assert override is not None
    assert (override.new_image, override.preresolved) == (f"index.docker.io/short/name@{digest}", True)
    assert override.origins == ({"preresolved": {"url": override.new_image}},)


def _lock(origins: str) -> Config:
    annotations = {"kbld.carvel.dev/id": "app", "kbld.carvel.dev/origins": origins}
    entry = {"image": "a/b@sha256:" + "a" * 64, "annotations": annotations}
    return parse({"apiVersion": "imgpkg.carvel.dev/v1alpha1", "kind": "ImagesLock", "images": [entry]})


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("- Resolved: {Tag: 5, URL: u, colour: red}", [{"resolved": {"tag": "5", "url": "u"}}]),
        ("- git: {sha: s}", [{"git": {"remoteURL": "", "sha": "s", "dirty": False}}]),
        ("- tagged: {tags: [a]}\n- brewed: {}\n- null", [{"tagged": {"tags": ["a"]}}]),
        ("null", []),
    ],
)
def test_known_origins_of_a_lock_are_kept(text: str, origins: list[dict[str, Any]]) -> None:
    assert [*_lock(text).overrides[0].origins[:-1]] == origins


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a", "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'"),
        ("abc", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type "
                "[]config.Origin"),
    ],
)  # fmt: skip
def test_origins_that_are_none_are_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _lock(text)
    name = "imageslock/ (imgpkg.carvel.dev/v1alpha1) cluster"
    assert str(caught.value) == f"Unmarshaling {name} as kbld.carvel.dev/origins annotation:  {words}"


def test_an_images_lock_is_read_strictly() -> None:
    lock = {"apiVersion": "imgpkg.carvel.dev/v1alpha1", "kind": "ImagesLock"}
    with pytest.raises(ConfigError, match='as ImagesLock: Unmarshaling images lock: .* json: unknown field "foo"$'):
        parse(lock | {"foo": 1})
    with pytest.raises(ConfigError, match="Expected ref to be in digest form, got 'nginx'$"):
        parse(lock | {"images": [{"image": "nginx"}]})
    numbered = {"image": "nginx@sha256:" + "a" * 64, "annotations": {"kbld.carvel.dev/id": 5}}
    assert parse(lock | {"images": [numbered]}).override("5") is not None
    with pytest.raises(ConfigError, match=r"Validating Overrides\[0\]: Expected Image or ImageRepo"):
        parse(lock | {"images": [{"image": "nginx@sha256:" + "a" * 64}]})


def _parsed(**fields: Any) -> Config:
    return parse(config(**fields))


def test_numbers_and_booleans_are_text_where_text_is_expected_but_not_in_an_images_name() -> None:
    found = _parsed(
        keys=[5],
        overrides=[{"image": "a", "newImage": 1.0}],
        destinations=[{"image": "a", "tags": [0.1, 12345678.5, True]}],
        sources=[{"image": "a", "path": 7, "pack": {"build": {"builder": "b", "buildpacks": ["x", True]}}}],
    )
    assert (found.keys, found.overrides[0].new_image, found.sources[0].path) == (("5",), "1", "7")
    assert found.destinations[0].tags == ("0.1", "1.23456785e+07", "true")
    assert found.sources[0].options["buildpacks"] == ["x", "true"]
    with pytest.raises(ConfigError, match=r"number into Go struct field \.overrides\.0\.image of type string"):
        _parsed(overrides=[{"image": 5, "newImage": "b"}])
