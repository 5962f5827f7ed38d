import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest
import urllib3

from oakum.errors import LabError
from oakum.kube.kubeconfig import load
from oakum.lab import Lab
from oakum.lab.folder import default_folder


def namespaces(lab: Lab, token: str | None = None) -> int:
    config = lab.client_config
    pool = urllib3.PoolManager(ca_certs=str(lab.folder.tls / "ca.crt"), retries=False)
    bearer = config.identity.token if token is None else token
    return pool.request("GET", f"{config.server}/api/v1/namespaces", headers={"Authorization": f"Bearer {bearer}"}).status


def test_several_labs_run_at_once_each_with_its_own_credentials() -> None:
    with Lab() as first, Lab() as second:
        assert namespaces(first) == namespaces(second) == 200
        assert namespaces(first, token=second.client_config.identity.token) == 401
        assert first.registry != second.registry


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    with Lab(tmp_path / "lab") as lab:
        secret = [lab.kubeconfig, lab.docker_config / "config.json", lab.folder.tls / "server.key"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
        assert stat.S_IMODE((tmp_path / "lab").stat().st_mode) == 0o700


def test_a_throw_away_lab_leaves_nothing() -> None:
    with Lab() as lab:
        folder = lab.folder.path
    assert not folder.exists()


def test_a_lab_continues_where_the_last_one_in_its_folder_ended(tmp_path: Path) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"a": "b"}}
    with Lab(tmp_path) as lab:
        before = (lab.server, lab.registry, lab.client_config.identity.token)
        lab.cluster.create(lab.cluster.resource("configmaps"), config_map, "default")
    with Lab(tmp_path) as lab:
        assert (lab.server, lab.registry, lab.client_config.identity.token) == before
        assert lab.cluster.get(lab.cluster.resource("configmaps"), "kept", "default")["data"] == {"a": "b"}


def test_one_folder_is_for_one_lab(tmp_path: Path) -> None:
    with Lab(tmp_path), pytest.raises(LabError, match="a lab is running already in .* stop it with 'oakum lab down'"):
        Lab(tmp_path).start()


def test_a_taken_port_is_named() -> None:
    with Lab() as first:
        port = int(first.registry.partition(":")[2])
        with pytest.raises(LabError, match=f"listening on 127.0.0.1:{port} for the lab's registry: Address already in use"):
            Lab(registry_port=port).start()


def test_the_registry_demands_the_login_of_the_docker_config() -> None:
    with Lab() as lab:
        user, password = lab.registry_login
        login = urllib3.make_headers(basic_auth=f"{user}:{password}")
        pool = urllib3.PoolManager(retries=False)
        assert pool.request("GET", f"http://{lab.registry}/v2/").status == 401
        assert pool.request("GET", f"http://{lab.registry}/v2/", headers=login).status == 200


def test_kubectl_talks_to_it() -> None:
    with Lab() as lab:
        assert load(path=str(lab.kubeconfig)).server == lab.server
        try:
            listed = subprocess.run(
                ["kubectl", "get", "namespaces", "-o", "name"],
                env={**os.environ, **lab.environment},
                capture_output=True,
                text=True,
                check=True,
            )
        except FileNotFoundError:
            pytest.skip("no kubectl on this machine")
        assert "namespace/default" in listed.stdout.splitlines()


def test_a_folder_that_holds_something_else_is_never_taken_for_a_lab(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(LabError, match="holds other things than a lab: choose a folder of its own with --data$"):
        Lab(tmp_path).start()
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_without_home_the_data_is_in_the_home_that_the_system_knows() -> None:
    assert default_folder({}) == Path(os.path.expanduser("~")) / ".local/state/oakum/lab"


def test_it_listens_where_it_is_told_and_nowhere_else(tmp_path: Path) -> None:
    with Lab(tmp_path / "lab", address="127.0.0.2") as lab:
        assert lab.server.startswith("https://127.0.0.2:")
        assert lab.registry.startswith("127.0.0.2:")
        pool = urllib3.PoolManager(ca_certs=str(lab.authority), retries=False)
        assert pool.request("GET", f"{lab.server}/readyz").data in (b"ok", b"")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(lab.server.rpartition(":")[2])))
    with Lab(tmp_path / "lab") as again:
        pool = urllib3.PoolManager(ca_certs=str(again.authority), retries=False)
        assert pool.request("GET", f"{again.server}/readyz").status
