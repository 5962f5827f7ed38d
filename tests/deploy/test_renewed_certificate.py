"""A deploy that lasts longer than the client's certificate that it began with."""
from __future__ import annotations

import datetime
import json
import threading
import time
from pathlib import Path

from tests.deploy.conftest import Place, config_map
from tests.deploy.faults import faulty
from tests.deploy.test_faults import QUIET
from tests.kube.authority import Authority
from tests.kube.scripted import Reply

from oakum.deploy.apply.options import ApplyOptions
from oakum.kube import connect
from oakum.kube.client import CONFIG_MAPS
from oakum.kube.kubeconfig import load

AWAITED = {**config_map("external"), "metadata": {"name": "external", "annotations": {"kapp.k14s.io/exists": ""}}}


def kubeconfig(folder: Path, server: str) -> Path:
    """One whose certificates are in files beside it."""
    path = folder / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority": "ca.crt"}}],
        "users": [{"name": "u", "user": {"client-certificate": "client.crt", "client-key": "client.key"}}]}))
    return path


def test_a_certificate_that_is_renewed_meanwhile_is_used(place: Place, tmp_path: Path) -> None:
    authority, waiting = Authority(), threading.Event()
    (tmp_path / "ca.crt").write_bytes(authority.pem)

    def issue(ends: datetime.datetime) -> None:
        for path, pem in zip(("client.crt", "client.key"), authority.issue("client", ends), strict=True):
            (tmp_path / path).write_bytes(pem)

    def watch(method: str, path: str) -> Reply | None:
        if path.endswith("/external"):
            waiting.set()
        return None

    def renew() -> None:
        waiting.wait()
        issue(ends + datetime.timedelta(days=1))
        time.sleep(max(0.0, ends.timestamp() + 1 - time.time()))
        place.client.create(CONFIG_MAPS, config_map("external"), place.namespace)

    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
    issue(ends)
    renewing = threading.Thread(target=renew)
    renewing.start()
    with faulty(place.client.transport.config, watch, tls=authority.server(tmp_path, clients=True)) as config:
        client = connect(load(path=str(kubeconfig(tmp_path, config.server))))
        Place(client, place.namespace).deploy(config_map("a"), AWAITED, logs=QUIET, apply=ApplyOptions(check_interval=0.1))
        client.transport.close()
    renewing.join()
    assert place.data() == {"a": {}}
