from __future__ import annotations

from pathlib import Path

import pytest

from oakum.images import lock
from oakum.images.decode import parse
from oakum.images.errors import ConfigError
from oakum.images.imageslock import dump
from oakum.images.resolution import Resolution
from oakum.yaml import plain

from .conftest import config

URL = "r.io/app@sha256:" + "a" * 64


def test_a_lock_says_what_was_resolved_and_how_it_was_found() -> None:
    rules = [{"keyMatcher": {"path": ["images", {"allIndexes": True}, {"index": 0}]}}]
    found = lock.dump([("app:1", URL)], parse(config(keys=["pic"], searchRules=rules)))
    assert plain.load(found) == {
        "apiVersion": "kbld.k14s.io/v1alpha1",
        "kind": "Config",
        "minimumRequiredVersion": "0.42.0",
        "overrides": [{"image": "app:1", "newImage": URL, "preresolved": True}],
        "searchRules": [{"keyMatcher": {"name": "pic"}}, *rules],
    }


def test_a_lock_is_read_back_as_what_it_says() -> None:
    rule = {"keyMatcher": {"name": "c"}, "updateStrategy": {"yaml": {"searchRules": [{"keyMatcher": {"name": "d"}}]}}}
    before = parse(config(searchRules=[rule, {"valueMatcher": {"imageRepo": "x"}}]))
    after = parse(plain.load(lock.dump([("app:1", URL)], before)))
    assert after.search_rules() == before.search_rules()
    override = after.override("app:1")
    assert override is not None
    assert override.preresolved


def test_a_strategy_is_locked_when_it_was_written_down() -> None:
    rule = {"keyMatcher": {"name": "image"}, "updateStrategy": {"entireValue": {}}}
    assert plain.load(lock.dump([], parse(config(searchRules=[rule]))))["searchRules"] == [rule]


def test_a_rule_that_is_built_in_is_locked_when_it_was_written_down() -> None:
    found = plain.load(lock.dump([], parse(config(keys=["image", "pic", "image"]))))
    assert found["searchRules"] == [{"keyMatcher": {"name": "image"}}, {"keyMatcher": {"name": "pic"}}]


def test_a_lock_is_its_owners_alone(tmp_path: Path) -> None:
    lock.write(str(tmp_path / "lock"), "x", "Writing lock config")
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_lock_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"^Writing lock config: open {tmp_path}/no/x: no such file or directory$"):
        lock.write(f"{tmp_path}/no/x", "", "Writing lock config")


def test_an_images_lock_keeps_ids_and_origins() -> None:
    found = plain.load(dump([("app:1", Resolution(URL, ({"resolved": {"url": "app:1", "tag": "1"}},)))]))
    assert found["images"][0]["image"] == URL
    assert found["images"][0]["annotations"]["kbld.carvel.dev/id"] == "app:1"
    assert "tag: \"1\"" in found["images"][0]["annotations"]["kbld.carvel.dev/origins"]
    assert dump([]) == "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n"


def test_an_image_that_a_map_gives_no_name_stays(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"a": "", "b": null, "c": "d"}')
    assert [override.new_image for override in lock.read_map(str(tmp_path / "map.json"))] == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "json: cannot unmarshal array into Go value of type map[string]string"),
        ("not", "invalid character 'o' in literal null (expecting 'u')"),
        ('{"a": null, "b": 1}', "json: cannot unmarshal number into Go struct field .b of type string"),
    ],
)
def test_a_bad_image_map_is_described(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "map.json").write_text(text)
    with pytest.raises(ConfigError) as caught:
        lock.read_map(str(tmp_path / "map.json"))
    assert str(caught.value) == words
