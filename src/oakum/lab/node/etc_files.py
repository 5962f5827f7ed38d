"""The files in /etc that a pod's containers share: hosts, hostname, resolv.conf."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oakum.lab.network import CLUSTER_DOMAIN
from oakum.lab.store import Obj


def write_etc_files(
    folder: Path, pod: Obj, address: str, hostname: str, servers: Sequence[str], owner: int
) -> dict[str, Path]:
    """Write the files of a pod at `address` into `folder`; where each is, by its path in a container.

    `servers` are the cluster's name servers, none where the runtime writes a resolv.conf of its own; `owner` is the
    user and group that the files belong to, 0 for who writes them.
    """
    texts = {"hosts": _hosts(pod["spec"], address, hostname), "hostname": hostname}
    if resolver := _resolver(pod["spec"], pod["metadata"]["namespace"], servers):
        texts["resolv.conf"] = resolver
    files = {}
    for name, text in texts.items():
        path = folder / name
        path.write_text(text + "\n")
        path.chmod(0o644)
        if owner:
            os.chown(path, owner, owner)
        files[f"/etc/{name}"] = path
    return files


def _hosts(spec: dict[str, Any], address: str, hostname: str) -> str:
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", f"{address}\t{hostname}"]
    for alias in spec.get("hostAliases") or []:
        lines.append("\t".join([alias["ip"], *(alias.get("hostnames") or [])]))
    return "\n".join(["# Kubernetes-managed hosts file.", *lines])


def _resolver(spec: dict[str, Any], namespace: str, servers: Sequence[str]) -> str:
    """The cluster's servers and domains unless `dnsPolicy` says `None`, then what `dnsConfig` adds.

    Empty where the runtime has one of its own (no `servers`) and nothing is added.
    """
    stated = spec.get("dnsConfig") or {}
    own = spec.get("dnsPolicy") == "None"
    if not servers and not stated:
        return ""
    domains = [f"{namespace}.svc.{CLUSTER_DOMAIN}", f"svc.{CLUSTER_DOMAIN}", CLUSTER_DOMAIN]
    options = {} if own else {"ndots": "5"}
    options |= {each["name"]: each.get("value", "") for each in stated.get("options") or []}
    search = ([] if own else domains) + (stated.get("searches") or [])
    lines = [f"search {' '.join(dict.fromkeys(search))}"] if search else []
    all_servers = [*([] if own else servers), *(stated.get("nameservers") or [])]
    lines += [f"nameserver {each}" for each in dict.fromkeys(all_servers)]
    words = [f"{name}:{value}" if value else name for name, value in options.items()]
    return "\n".join([*lines, *([f"options {' '.join(words)}"] if words else [])])
