"""What to do about a failure that newcomers meet: added where texts need not be the references' to the byte."""
from __future__ import annotations

import re

_NOT_REACHED = "(connection refused|no such host|i/o timeout|is unreachable)"
_HINTS = (
    (
        r"no configuration has been provided",
        "name a cluster with KUBECONFIG, or start one to try on: eval \"$(oakum lab up --detach)\"",
    ),
    (
        r"(?s)^(?=.*/(v2|token)\b).*(UNAUTHORIZED|DENIED|status code 40[13])",
        "log in to the registry with 'docker login', or set DOCKER_CONFIG to a folder whose config.json has its login",
    ),
    (
        r'exec: "docker": executable file not found',
        "install Docker, or name a builder in the source that needs none: files, go or python",
    ),
    (
        r"(?m)^- Resolving image '[^'\n]*': (exit status|signal:) ",
        "what the builder says about it stands above, in the lines that begin with the name of the image",
    ),
    (f"(?s)/v2/.*{_NOT_REACHED}", "is the registry's address right, and does it run?"),
    (r"Unauthorized$", "the cluster refuses the login of the kubeconfig: renew it, or choose another with KUBECONFIG"),
    (
        f"(?s)(/api/|/apis).*{_NOT_REACHED}",
        "does the cluster run, and is it the one that KUBECONFIG should name? For a lab: 'oakum lab status'",
    ),
    (r"x509: certificate (has expired|is not yet valid)", "is this machine's clock right?"),
    (
        r"(?s)(/api/|/apis).*failed to verify certificate",
        "is the kubeconfig an old one? That of a lab is written anew by 'oakum lab up'",
    ),
    (
        r"^Trying to apply empty set of resources",
        "no object is in the files: are they empty? What ends in .yml or .yaml is read as YAML, and other files with "
        "--file-mark 'NAME:type=yaml-plain'",
    ),
    (r"Asking for confirmation:\s+EOF", "nobody answers here: --yes goes on unasked, --diff-run only looks"),
    (
        r"(?s)\(data-value arg\):.*= found: string\n *= expected: (?!string)",
        "-v gives a value as text; --data-value-yaml gives numbers, truth values, lists and maps",
    ),
    (
        r"has a disallowed label 'kapp\.k14s\.io/is-app'",
        "an application is recorded in a ConfigMap of its own name: give the application or this ConfigMap another",
    ),
)


def hint(message: str) -> str:
    """A line to put after the message of a failure; empty when there is no advice."""
    return next((f"\n(hint: {advice})" for sign, advice in _HINTS if re.search(sign, message)), "")
