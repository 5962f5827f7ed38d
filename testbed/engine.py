"""The Docker engine and two registries: one that asks for a login, one that does not."""
from __future__ import annotations

import base64
import json
import secrets
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from testbed.process import await_ready, drop_stale, run, start
from testbed.settings import Settings


def up_engine(settings: Settings) -> None:
    """Start dockerd unless an engine answers already."""
    if not _engine_answers():
        drop_stale(Path("/run/docker.pid"), "dockerd")
        drop_stale(Path("/run/docker/containerd/containerd.pid"), "containerd")
        state = settings.state
        # Its own process number and run folder lie in the state: what a reboot left elsewhere would stop it.
        start(state, "dockerd", ["dockerd", "--data-root", state / "docker", "--exec-root", state / "docker-run",
                                 "--pidfile", state / "docker.pid"])
        await_ready(settings.state, "dockerd", _engine_answers)


def up_registries(settings: Settings) -> None:
    """Start both registries and write the login of the first into `settings.docker_config`, mode 0600."""
    password = _password(settings)
    users = settings.state / "htpasswd"
    users.write_text(run("htpasswd", "-nbB", settings.user, password).strip() + "\n")
    registries = (("registry", settings.registry, users), ("registry-open", settings.open_registry, None))
    for name, address, login in registries:
        config = settings.state / f"{name}.yml"
        config.write_text(json.dumps(_registry_config(settings.state / name, address, login)))
        start(settings.state, name, ["docker-registry", "serve", config], {"OTEL_TRACES_EXPORTER": "none"})
    for name, address, _ in registries:
        await_ready(settings.state, name, lambda address=address: _registry_answers(address))


def _registry_config(folder: Path, address: str, login: Path | None) -> dict[str, object]:
    config: dict[str, object] = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder)}, "delete": {"enabled": True}},
        "http": {"addr": address, "secret": secrets.token_hex(8)},
    }
    if login:
        config["auth"] = {"htpasswd": {"realm": "testbed", "path": str(login)}}
    return config


def _password(settings: Settings) -> str:
    """The password in the Docker configuration, made on the first call."""
    path = settings.docker_config / "config.json"
    if path.exists():
        auth = json.loads(path.read_text())["auths"][settings.registry]["auth"]
        return base64.b64decode(auth).decode().partition(":")[2]
    password = secrets.token_urlsafe(12)
    auth = base64.b64encode(f"{settings.user}:{password}".encode()).decode()
    settings.docker_config.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"auths": {settings.registry: {"auth": auth}}}))
    return password


def _engine_answers() -> bool:
    return subprocess.run(["docker", "version"], capture_output=True).returncode == 0


def _registry_answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"http://{address}/v2/", timeout=2)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return True
