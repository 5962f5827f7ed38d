"""`oakum lab fault` and `oakum lab clock`."""

import sys

import orjson

from oakum.cli.command import Invocation
from oakum.cli.lab.running import folder_of
from oakum.errors import LabError, UsageError
from oakum.lab.folder import Folder
from oakum.typing import Any

_PLAIN = ("target", "method", "path", "rate", "nth", "times", "delay", "status", "drop")
_CHOICE = ("target", "method", "path", "rate", "nth", "times")
_EFFECTS = ("delay", "status", "drop", "cut", "cut-after")


def fault(call: Invocation) -> None:
    """Order a fault, a jump of the clock, or the end of all faults; print the faults in force."""
    folder = folder_of(call)
    from oakum.lab.faults import CLOCK_PATH, CONTROL_PATH

    stray = sorted({*_CHOICE, "retry-after"} & set(call.given))
    if stray and not any(name in call.given for name in _EFFECTS):
        effects = ", ".join(f"--{name}" for name in _EFFECTS)
        raise UsageError(f"--{stray[0]} says nothing of what happens to the requests: add one of {effects}")
    if call.flags["clear"]:
        _order(folder, "DELETE", CONTROL_PATH)
    if "jump" in call.given:
        _order(folder, "POST", CLOCK_PATH, {"jump": call.flags["jump"]})
    if any(name in call.given for name in _EFFECTS):
        order: dict[str, Any] = {name: call.flags[name] for name in _PLAIN}
        order |= {"retry_after": call.flags["retry-after"], "cut_after": call.flags["cut-after"]}
        if call.flags["cut"] >= 0:
            order["cut"] = call.flags["cut"]
        _order(folder, "POST", CONTROL_PATH, order)
    for each in _order(folder, "GET", CONTROL_PATH):
        shown = {name: value for name, value in each.items() if value or name in ("calls", "strikes")}
        sys.stdout.write(orjson.dumps(shown).decode() + "\n")


def clock(call: Invocation) -> None:
    """Hold the clock or let it go on, move it, let time pass; print what it shows then."""
    folder = folder_of(call)
    from oakum.lab.faults import CLOCK_PATH

    order: dict[str, Any] = {name: call.flags[name] for name in ("hold", "jump", "advance") if name in call.given}
    shown = _order(folder, "POST" if order else "GET", CLOCK_PATH, order)
    sys.stdout.write(f"{shown['now']}{' (held)' if shown['held'] else ''}\n")


def _order(folder: Folder, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    import urllib3

    state = folder.running()
    if state is None:
        raise LabError(f"no lab is running in {folder.path}: start one with 'oakum lab up'")
    pool = urllib3.PoolManager(ca_certs=str(folder.tls / "ca.crt"), retries=False)
    headers = {"Authorization": f"Bearer {folder.credentials().token}"}
    url = f"https://{state.api}{path}"
    try:
        answer = pool.request(method, url, body=orjson.dumps(body) if body else None, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise LabError(f"{method} {url}: {error}") from error
    found = orjson.loads(answer.data)
    if answer.status != 200:
        raise LabError(found["error"])
    return found
