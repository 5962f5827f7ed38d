"""The words of the operating system's refusals, as Go prints them."""
from __future__ import annotations


def explain(action: str, path: str, error: OSError) -> str:
    """`action path: no such file or directory`, without Python's number and capital."""
    reason = error.strerror or str(error)
    return f"{action} {path}: {reason[:1].lower()}{reason[1:]}"
