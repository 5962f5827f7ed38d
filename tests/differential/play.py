"""Play a script of HTTP exchanges to a Kubernetes API server and show the answers without what varies by run."""
from __future__ import annotations

import base64
import json
import re
import ssl
import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Server:
    """An API server: address, certificate authority (PEM) and the administrator's token."""

    url: str
    authority: str
    token: str

    @classmethod
    def of(cls, kubeconfig: Path) -> Server:
        """The server that a kubeconfig file points to."""
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        inline = cluster.get("certificate-authority-data")
        authority = base64.b64decode(inline).decode() if inline else Path(cluster["certificate-authority"]).read_text()
        return cls(cluster["server"], authority, config["users"][0]["user"]["token"])


@dataclass(frozen=True)
class Answer:
    """What came back: status, warnings, and the body as JSON (a list for a watch) or text."""

    status: int
    warnings: list[str]
    body: Any


def steps(script: dict[str, Any]) -> list[dict[str, Any]]:
    """The exchanges of a script: its `steps`, then its `each` once for each of its `kinds` (but those named in `but`)
    with {path}, {version} and {kind} filled in, or once for each of its `variants`, merged into the body at the place
    `at` (`spec.containers.0`, the whole where it is not given)."""
    found = list(script.get("steps", []))
    for path, version, kind in script.get("kinds", []):
        if kind not in script.get("but", []):
            found.append(_filled(script["each"], {"path": path, "version": version, "kind": kind}))
    for variant in script.get("variants", []):
        body = json.loads(json.dumps(script["each"]["body"]))
        place = body
        for key in script.get("at", "").split(".") if script.get("at") else ():
            place = place[int(key) if key.isdigit() else key]
        _merge(place, variant)
        found.append({**script["each"], "body": body})
    return found


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict) and value:
            _merge(into[key], value)
        else:
            into[key] = value


def scripts() -> dict[str, dict[str, Any]]:
    """Every script by `file: name`."""
    found = {}
    for path in sorted(SCRIPTS.glob("*.yml")):
        for script in yaml.safe_load(path.read_text()):
            found[f"{path.stem}: {script['name']}"] = {**script, "steps": steps(script)}
    return found


def play(server: Server, script: dict[str, Any], namespace: str) -> list[Answer]:
    """Play `script` in a namespace made for it; one answer a step."""
    saved = {"ns": namespace}
    send(server, "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    _await_account(server, namespace)
    answers = []
    try:
        for step in script["steps"]:
            answer = _step(server, script, step, saved)
            answers.append(answer)
            for name, path in step.get("save", {}).items():
                saved[name] = _at(answer.body, path)
            time.sleep(step.get("wait", 0))
    finally:
        send(server, "DELETE", f"/api/v1/namespaces/{namespace}")
    return answers


def _await_account(server: Server, namespace: str) -> None:
    """Pods are refused until the namespace has its default service account."""
    for _ in range(100):
        if send(server, "GET", f"/api/v1/namespaces/{namespace}/serviceaccounts/default").status == 200:
            return
        time.sleep(0.05)


def _step(server: Server, script: dict[str, Any], step: dict[str, Any], saved: dict[str, str]) -> Answer:
    method, path = _filled(step["do"], saved).split(" ", 1)
    return send(
        server,
        method,
        path,
        _filled(step.get("body"), saved),
        raw=step.get("raw"),
        kind=step.get("type", "application/json"),
        accept=step.get("accept") or script.get("accept", "application/json"),
        user=step.get("user") or script.get("user", "admin"),
    )


def _filled(value: Any, saved: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(saved.get(found[1], found[0])), value)
    if isinstance(value, dict):
        return {_filled(key, saved): _filled(below, saved) for key, below in value.items()}
    return [_filled(below, saved) for below in value] if isinstance(value, list) else value


def _at(body: Any, path: str) -> str:
    for key in path.split("."):
        body = body.get(key, "") if isinstance(body, dict) else ""
    return str(body)


def send(server: Server, method: str, path: str, body: Any = None, *, raw: str | None = None,
         kind: str = "application/json", accept: str = "application/json", user: str = "admin") -> Answer:
    """One exchange."""
    data = raw.encode() if raw is not None else None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {server.token}", "Accept": accept, "Content-Type": kind}
    if user != "admin":
        headers["Impersonate-User"] = user
    request = urllib.request.Request(server.url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30, context=_trusting(server)) as answer:
            return _answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def fetched(server: Server, path: str, accept: str) -> bytes:
    """The body of a GET as it is."""
    headers = {"Authorization": f"Bearer {server.token}", "Accept": accept}
    request = urllib.request.Request(server.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=30, context=_trusting(server)) as answer:
        return bytes(answer.read())


def _trusting(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.authority)


def _answer(status: int, headers: Any, raw: bytes) -> Answer:
    text = raw.decode()
    body: Any = text
    for read in (json.loads, _lines):
        try:
            body = read(text)
            break
        except ValueError:
            continue
    return Answer(status, headers.get_all("Warning") or [], body)


def _lines(text: str) -> list[Any]:
    """What a watch sends: an object a line."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b(10\.96|127\.96)\.\d+\.\d+\b")
_SUFFIX = re.compile(r"(?<=[a-z0-9]-)[bcdfghjklmnpqrstvwxz2456789]{5}\b")
_RECORD = re.compile(r"(?<=in record \()\d+")
_ADMIN = re.compile(r"^(kubernetes-)?admin$")
_QUOTED = re.compile(r'(?<=resourceVersion\\":\\")\d+')
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n?")
_TOO_OLD = re.compile(r"(?<=too old resource version: )\d+ \(\d+\)")
_IN_YAML = re.compile(r'(?<=resourceVersion: )"\d+"|(?<=storageVersionHash: )\S+')
HIDDEN_TEXT = ((_TIME, "<time>"), (_UID, "<uid>"), (_ADDRESS, "<address>"), (_SUFFIX, "<suffix>"), (_RECORD, "<version>"), (_ADMIN, "<admin>"),
               (_TOO_OLD, "<version>"), (_QUOTED, "<version>"), (_CERTIFICATE, "<certificate>"),
               (_IN_YAML, "<version>"))
HIDDEN_KEYS = {
    "resourceVersion": "<version>", "uid": "<uid>", "continue": "<continue>", "nodePort": "<port>", "hash": "<hash>",
    "storageVersionHash": "<hash>", "healthCheckNodePort": "<port>", "remainingItemCount": "<count>",
    "serverAddress": "<address>",
}


def shown(answer: Answer, namespace: str) -> dict[str, Any]:
    """The answer with the namespace, uids, times, versions, addresses, ages and generated names hidden."""
    text = json.dumps([answer.warnings, answer.body]).replace(namespace, "{ns}")
    warnings, body = json.loads(text)
    # What only the lab says, about what it stores and does not do.
    warnings = [warning for warning in warnings if '"this lab ' not in warning]
    return {"status": answer.status, "warnings": warnings, "body": _hidden(body)}


def compare(ours: Server, real: Server, script: dict[str, Any]) -> dict[int, list[str]]:
    """Play `script` to both servers at once; by step number, where the shown answers differ."""
    tag = uuid.uuid4().hex[:8]
    names = (f"diff-a-{tag}", f"diff-b-{tag}")
    with ThreadPoolExecutor(2) as pool:
        played = list(pool.map(lambda pair: play(pair[0], script, pair[1]), zip((ours, real), names, strict=True)))
    found = {}
    for number, answers in enumerate(zip(*played, strict=True)):
        if lines := differences(*(shown(answer, name) for answer, name in zip(answers, names, strict=True))):
            found[number] = lines
    return found


def _hidden(value: Any, key: str = "") -> Any:
    if key in HIDDEN_KEYS and value not in ("", None):
        return HIDDEN_KEYS[key]
    if isinstance(value, dict):
        return {_UID.sub("<uid>", name): _hidden(below, name) for name, below in sorted(value.items())}
    if isinstance(value, list):
        if key == "cells":
            return [re.sub(r"^\d+m?s$", "<age>", below) if isinstance(below, str) else below for below in map(_hidden, value)]
        if key == "managedFields":  # their order depends on whether two writes fell into one second
            value = sorted(value, key=lambda entry: (entry["operation"], entry["manager"], entry.get("subresource", "")))
        return [_hidden(below) for below in value]
    if isinstance(value, str):
        for pattern, name in HIDDEN_TEXT:
            value = pattern.sub(name, value)
    return value


def differences(ours: Any, real: Any, path: str = "") -> list[str]:
    """Where two shown answers differ: `path: ours | real`."""
    if isinstance(ours, dict) and isinstance(real, dict):
        return [line for key in sorted({*ours, *real}, key=str)
                for line in differences(ours.get(key, "<absent>"), real.get(key, "<absent>"), f"{path}.{key}")]
    if isinstance(ours, list) and isinstance(real, list) and len(ours) == len(real):
        return [line for at, pair in enumerate(zip(ours, real, strict=True)) for line in differences(*pair, f"{path}[{at}]")]
    return [] if ours == real else [f"{path.lstrip('.')}: {json.dumps(ours)[:400]} | {json.dumps(real)[:400]}"]


def main() -> None:
    """Print every difference between two servers: `play.py OURS_KUBECONFIG REAL_KUBECONFIG [SCRIPT …]`."""
    import sys

    ours, real = (Server.of(Path(name)) for name in sys.argv[1:3])
    for name, script in scripts().items():
        if not sys.argv[3:] or any(word in name for word in sys.argv[3:]):
            for number, lines in compare(ours, real, script).items():
                for line in lines:
                    print(f"{name} / {number} {script['steps'][number]['do']}: {line}")


if __name__ == "__main__":
    main()
