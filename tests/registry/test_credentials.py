from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from oakum.registry.credentials import Credentials
from oakum.registry.dockerconfig import DockerConfigKeychain
from oakum.registry.environment import EnvironmentKeychain
from oakum.registry.errors import CredentialsError
from oakum.registry.reference import parse_repository
from oakum.workers import Workers

APP = parse_repository("r.io/team/app")


def _docker(folder: Path, config: object) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(config) if not isinstance(config, str) else config)
    return {"DOCKER_CONFIG": str(folder), "PATH": str(folder)}


def _auth(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def test_the_environment_answers_for_its_host_even_without_a_password() -> None:
    keychain = EnvironmentKeychain({"KBLD_REGISTRY_HOSTNAME": "r.io", "KBLD_REGISTRY_USERNAME": "ada"})
    assert keychain.lookup(APP) == Credentials("ada")


def test_a_suffix_groups_variables() -> None:
    keychain = EnvironmentKeychain(
        {
            "KBLD_REGISTRY_HOSTNAME_1": "other.io",
            "KBLD_REGISTRY_USERNAME_1": "bob",
            "KBLD_REGISTRY_HOSTNAME_x": "r.io",
            "KBLD_REGISTRY_IDENTITY_TOKEN_x": "t",
        }
    )
    assert keychain.lookup(APP) == Credentials(identity_token="t")


def test_docker_io_stands_for_its_index() -> None:
    keychain = EnvironmentKeychain({"KBLD_REGISTRY_HOSTNAME": "docker.io", "KBLD_REGISTRY_USERNAME": "ada"})
    assert keychain.lookup(parse_repository("nginx")) == Credentials("ada")


def test_an_unknown_variable_is_an_error() -> None:
    with pytest.raises(CredentialsError, match="^Unknown env variable 'KBLD_REGISTRY_FOO'$"):
        EnvironmentKeychain({"KBLD_REGISTRY_FOO": "x"}).lookup(APP)


def test_an_empty_host_name_is_an_error() -> None:
    with pytest.raises(CredentialsError, match=r"^Parsing registry hostname: .* \(e.g. gcr.io, index.docker.io\)$"):
        EnvironmentKeychain({"KBLD_REGISTRY_HOSTNAME": ""}).lookup(APP)
    with pytest.raises(CredentialsError, match="must be valid RFC 3986 URI authorities: https://r.io "):
        EnvironmentKeychain({"KBLD_REGISTRY_HOSTNAME": "https://r.io"}).lookup(APP)


def test_a_login_of_the_repository_comes_before_that_of_the_host(tmp_path: Path) -> None:
    environ = _docker(tmp_path, {"auths": {"r.io": _auth("a:1"), "r.io/team/app": _auth("b:2")}})
    assert DockerConfigKeychain(environ).lookup(APP) == Credentials("b", "2")


def test_a_key_with_scheme_and_path_matches_by_host(tmp_path: Path) -> None:
    environ = _docker(tmp_path, {"auths": {"http://r.io/v1/": _auth("a:1:2")}})
    assert DockerConfigKeychain(environ).lookup(APP) == Credentials("a", "1:2")


def test_docker_hub_is_under_its_old_address(tmp_path: Path) -> None:
    environ = _docker(tmp_path, {"auths": {"https://index.docker.io/v1/": _auth("a:1")}})
    assert DockerConfigKeychain(environ).lookup(parse_repository("nginx")) == Credentials("a", "1")


def test_podmans_file_is_read_when_there_is_no_docker(tmp_path: Path) -> None:
    (tmp_path / "containers").mkdir()
    (tmp_path / "containers" / "auth.json").write_text(json.dumps({"auths": {"r.io": _auth("p:3")}}))
    keychain = DockerConfigKeychain({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)})
    assert keychain.lookup(APP) == Credentials("p", "3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{bad", "invalid character 'b' looking for beginning of object key string"),
        ('{"auths":', "unexpected EOF"),
        ("[]", "json: cannot unmarshal array into Go value of type configfile.ConfigFile"),
        ('{"auths": []}', "json: cannot unmarshal array into Go struct field .auths of type "
                          "map[string]types.AuthConfig"),
        ('{"auths": {"x.io": {"auth": "!!!"}}}', "illegal base64 data at input byte 0"),
        ('{"auths": {"x.io": {"auth": "bWU="}}}', "Invalid auth configuration file"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    environ = _docker(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        DockerConfigKeychain(environ).lookup(APP)
    assert str(caught.value) == f"{tmp_path}/config.json: {words}"


@pytest.mark.parametrize("text", ["", " \n", "null", "{} x", '{"auths": {"r.io": null}}'])
def test_a_file_without_logins_is_none(tmp_path: Path, text: str) -> None:
    assert DockerConfigKeychain(_docker(tmp_path, text)).lookup(APP) is None


def test_fields_match_in_any_case(tmp_path: Path) -> None:
    found = DockerConfigKeychain(_docker(tmp_path, {"Auths": {"r.io": {"UserName": "a", "Password": "b"}}})).lookup(APP)
    assert found == Credentials("a", "b")


def _helper(folder: Path, script: str) -> DockerConfigKeychain:
    program = folder / "docker-credential-x"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return DockerConfigKeychain({**_docker(folder, {"credHelpers": {"r.io": "x"}}), "PATH": f"{folder}:/usr/bin:/bin"})


def test_a_helper_is_asked_for_its_host(tmp_path: Path) -> None:
    keychain = _helper(tmp_path, 'read host; echo "{\\"Username\\": \\"u-$host\\", \\"Secret\\": \\"s\\"}"')
    assert keychain.lookup(APP) == Credentials("u-r.io", "s")


def test_a_helpers_token_user_means_an_identity_token(tmp_path: Path) -> None:
    keychain = _helper(tmp_path, """echo '{"Username": "<token>", "Secret": "s"}'""")
    assert keychain.lookup(APP) == Credentials(identity_token="s")


def test_a_helper_without_a_login_passes(tmp_path: Path) -> None:
    keychain = _helper(tmp_path, "echo credentials not found in native keychain; exit 1")
    assert keychain.lookup(APP) is None


def test_a_failing_helper_is_quoted(tmp_path: Path) -> None:
    keychain = _helper(tmp_path, "echo locked; exit 1")
    with pytest.raises(CredentialsError, match="^error getting credentials - err: exit status 1, out: `locked`$"):
        keychain.lookup(APP)


def test_a_slow_helper_holds_up_only_those_who_need_its_answer(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    script = f"""read host; [ "$host" != r.io ] || read word < {gate}; echo '{{"Username": "u", "Secret": "s"}}'"""
    _helper(tmp_path, script)
    path = f"{tmp_path}:/usr/bin:/bin"
    keychain = DockerConfigKeychain({**_docker(tmp_path, {"credHelpers": {"r.io": "x", "o.io": "x"}}), "PATH": path})
    with Workers(3) as workers:
        slow = [workers.submit(keychain.lookup, APP) for _ in range(2)]
        other = workers.submit(keychain.lookup, parse_repository("o.io/app"))
        other.wait(monotonic() + 10)
        overtook = other.done and not any(job.done for job in slow)
        gate.write_text("go\n")
    assert [job.result() for job in (*slow, other)] == [Credentials("u", "s")] * 3
    assert overtook


def test_a_missing_helper_is_named(tmp_path: Path) -> None:
    environ = _docker(tmp_path, {"credsStore": "none"})
    with pytest.raises(CredentialsError) as caught:
        DockerConfigKeychain(environ).lookup(APP)
    words = 'err: exec: "docker-credential-none": executable file not found in $PATH, out: ``'
    assert str(caught.value) == f"error getting credentials - {words}"


def test_secrets_do_not_show_in_a_representation() -> None:
    assert "pw" not in repr(Credentials("ada", "pw", "pw", "pw"))


def test_the_environment_is_read_once_and_its_faults_are_told_each_time() -> None:
    class Read(dict[str, str]):
        times = 0

        def items(self) -> Any:
            self.times += 1
            return super().items()

    good, bad = Read(KBLD_REGISTRY_HOSTNAME="r.io", KBLD_REGISTRY_USERNAME="ada"), Read(KBLD_REGISTRY_X="1")
    keychain = EnvironmentKeychain(good)
    assert [keychain.lookup(parse_repository(f"r.io/app{n}")) for n in (1, 2)] == [Credentials("ada")] * 2
    assert good.times == 1
    keychain = EnvironmentKeychain(bad)
    for _ in range(2):
        with pytest.raises(CredentialsError, match="Unknown env variable 'KBLD_REGISTRY_X'"):
            keychain.lookup(APP)
