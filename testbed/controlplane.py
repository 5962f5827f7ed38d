"""etcd, kube-apiserver, kube-controller-manager and kube-scheduler, on loopback."""
from __future__ import annotations

import json
import os
import secrets
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from testbed.process import await_ready, run, start
from testbed.settings import HERE, Settings

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet")
SERVICES = "10.96.0.0/16"


def build(settings: Settings) -> bool:
    """Build the programs with the ordinary Go client unless they are in the cache. True when it had to build."""
    if settings.binary.exists():
        return False
    version = settings.kubernetes_version
    major, minor, _ = version.split(".", 2)
    stamp = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    flags = " ".join(["-s -w"] + [f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamp.items()])
    settings.binary.parent.mkdir(parents=True, exist_ok=True)
    partial = settings.binary.with_suffix(".partial")
    env = {**os.environ, "CGO_ENABLED": "0"}
    run("go", "build", "-trimpath", "-ldflags", flags, "-o", partial, ".", cwd=HERE / "controlplane", env=env)
    partial.rename(settings.binary)
    return True


def up(settings: Settings) -> None:
    """Start the control plane and write the administrator's kubeconfig."""
    _credentials(settings)
    state, server = settings.state, f"https://127.0.0.1:{settings.api_port}"
    etcd = f"http://127.0.0.1:{settings.etcd_port}"
    start(state, "etcd", ["etcd", "--data-dir", state / "etcd", "--unsafe-no-fsync",
                          "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
                          "--listen-peer-urls", f"http://127.0.0.1:{settings.etcd_port + 1}"])
    await_ready(state, "etcd", lambda: _answers(f"{etcd}/health"))
    start(state, "kube-apiserver", [
        settings.binary, "kube-apiserver", f"--etcd-servers={etcd}", "--bind-address=127.0.0.1",
        f"--secure-port={settings.api_port}", f"--advertise-address={settings.node_address}",
        f"--tls-cert-file={state}/server.crt", f"--tls-private-key-file={state}/server.key",
        f"--client-ca-file={state}/ca.crt", f"--token-auth-file={state}/tokens.csv", "--authorization-mode=RBAC",
        f"--service-cluster-ip-range={SERVICES}", "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={state}/sa.pub", f"--service-account-signing-key-file={state}/sa.key",
        "--endpoint-reconciler-type=none", "--allow-privileged", "--kubelet-preferred-address-types=InternalIP",
    ])
    await_ready(state, "kube-apiserver", lambda: _answers(f"{server}/readyz", state / "ca.crt", _token(state)))
    start(state, "kube-controller-manager", [
        settings.binary, "kube-controller-manager", f"--kubeconfig={settings.kubeconfig}", "--leader-elect=false",
        f"--service-account-private-key-file={state}/sa.key", f"--root-ca-file={state}/ca.crt",
        "--bind-address=127.0.0.1", "--secure-port=0", f"--service-cluster-ip-range={SERVICES}",
    ])
    start(state, "kube-scheduler", [settings.binary, "kube-scheduler", f"--kubeconfig={settings.kubeconfig}",
                                    "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0"])


def _credentials(settings: Settings) -> None:
    """A certificate authority, the server's certificate, service account keys, two tokens, a kubeconfig."""
    state = settings.state
    if settings.kubeconfig.exists():
        return
    names = f"IP:127.0.0.1,IP:10.96.0.1,IP:{settings.node_address},DNS:localhost,DNS:kubernetes.default.svc"
    (state / "server.ext").write_text(f"subjectAltName={names}\n")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=testbed",
        "-keyout", state / "ca.key", "-out", state / "ca.crt")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kube-apiserver",
        "-keyout", state / "server.key", "-out", state / "server.csr")
    run("openssl", "x509", "-req", "-in", state / "server.csr", "-CA", state / "ca.crt", "-CAkey", state / "ca.key",
        "-CAcreateserial", "-days", "3650", "-extfile", state / "server.ext", "-out", state / "server.crt")
    run("openssl", "genrsa", "-out", state / "sa.key", "2048")
    run("openssl", "rsa", "-in", state / "sa.key", "-pubout", "-out", state / "sa.pub")
    tokens = {"admin": secrets.token_hex(16), "restricted": secrets.token_hex(16)}
    _private(state / "tokens.csv", f'{tokens["admin"]},admin,1,"system:masters"\n{tokens["restricted"]},restricted,2\n')
    for user, path in (("restricted", state / "kubeconfig-restricted"), ("admin", settings.kubeconfig)):
        _private(path, json.dumps(_kubeconfig(settings, user, tokens[user]), indent=2))


def _kubeconfig(settings: Settings, user: str, token: str) -> dict[str, object]:
    cluster = {"server": f"https://127.0.0.1:{settings.api_port}", "certificate-authority": f"{settings.state}/ca.crt"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "testbed",
        "clusters": [{"name": "testbed", "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": user}}],
    }


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _token(state: Path) -> str:
    return (state / "tokens.csv").read_text().partition(",")[0]


def _answers(url: str, authority: Path | None = None, token: str = "") -> bool:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    context = ssl.create_default_context(cafile=str(authority)) if authority else None
    try:
        urllib.request.urlopen(request, timeout=2, context=context)
    except (OSError, urllib.error.HTTPError):
        return False
    return True
