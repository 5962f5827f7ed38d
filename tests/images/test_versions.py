from __future__ import annotations

import pytest

from oakum.images.errors import ConfigError
from oakum.images.versions import highest

TAGS = ["latest", "1.0.0", "1.1.0", "1.2.0-rc.1", "v1.3.0", "2.0.0-beta.1", "not-semver", "1.10.0"]


@pytest.mark.parametrize(
    ("constraints", "prereleases", "tag"),
    [
        ("", None, "1.10.0"),
        ("1.0.x", None, "1.0.0"),
        ("1.x", None, "1.10.0"),
        (">1.0.0 <1.5.0 || 9.9.9", None, "v1.3.0"),
        ("!1.10.0", None, "v1.3.0"),
        (">= 1.0.0 != 1.10.0", None, "v1.3.0"),
        ("", (), "2.0.0-beta.1"),
        ("<2.0.0", (), "2.0.0-beta.1"),
        ("", ("rc",), "1.10.0"),
        ("<1.3.0", ("rc",), "1.2.0-rc.1"),
        ("1.1.0", None, "1.1.0"),
        ("<1.x", None, ""),
        ("1.x.x", None, "1.0.0"),
        ("!1.x", None, ""),
        ("", ("1",), "2.0.0-beta.1"),
        ("", ("beta.1",), "1.10.0"),
        (">=1.0.0 | <1.2.0", None, "1.1.0"),
    ],
)
def test_the_highest_version_in_the_range_is_chosen_as_spelled(
    constraints: str, prereleases: tuple[str, ...] | None, tag: str
) -> None:
    if not tag:
        with pytest.raises(ConfigError, match="^Expected to find at least one version, but did not$"):
            highest(TAGS, constraints, prereleases)
    else:
        assert highest(TAGS, constraints, prereleases) == tag


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        (">=1.2", 'Could not parse Range ">=1.2": Could not parse version "1.2" in ">=1.2": '
                  "No Major.Minor.Patch elements found"),
        ("~1.2.0", 'Could not parse Range "~1.2.0": Could not parse comparator "~" in "~1.2.0"'),
        (">=v1.0.0", 'Could not parse Range ">=v1.0.0": Could not parse comparator ">=v" in ">=v1.0.0"'),
        (">1.0.0<2.0.0", 'Could not parse Range ">1.0.0<2.0.0": Could not parse version "1.0.0<2.0.0" in '
                         '">1.0.0<2.0.0": Invalid character(s) found in patch number "0<2.0.0"'),
        ("1.02.3", 'Could not parse Range "1.02.3": Could not parse version "1.02.3" in "1.02.3": '
                   'Minor number must not contain leading zeroes "02"'),
        ("1..3", 'Could not parse Range "1..3": Could not parse version "1..3" in "1..3": '
                 'strconv.ParseUint: parsing "": invalid syntax'),
        ("1.2.3-", 'Could not parse Range "1.2.3-": Could not parse version "1.2.3-" in "1.2.3-": Prerelease is empty'),
        ("1.2.3-01", 'Could not parse Range "1.2.3-01": Could not parse version "1.2.3-01" in "1.2.3-01": '
                     'Numeric PreRelease version must not contain leading zeroes "01"'),
        ("1.2.3+a_b", 'Could not parse Range "1.2.3+a_b": Could not parse version "1.2.3+a_b" in "1.2.3+a_b": '
                      'Invalid character(s) found in build meta data "a_b"'),
        ("*", "Last element in range is '||'"),
        ("1.0.0 ||", "Last element in range is '||'"),
        ("|| 1.0.0", "First element in range is '||'"),
        ("bad", 'Could not get version from string: "bad"'),
    ],
)  # fmt: skip
def test_a_bad_range_is_described(constraints: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        highest(TAGS, constraints, None)
    assert str(caught.value) == f"Selecting versions: Parsing version constraint '{constraints}': {words}"
