"""Documents with annotations, without the template pipeline: arguments are read as Python."""
from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from oakum.template.annotation import Annotation
from oakum.template.comment import CommentKind, read_comments
from oakum.template.overlay import functions
from oakum.yaml.nodes import Document, DocumentSet, walk
from oakum.yaml.parser import parse

_OVERLAY = SimpleNamespace(**functions.FUNCTIONS, all=functions.all_matcher)


def _collect(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


def _read(text: str, name: str = "in.yml", **names: Any) -> DocumentSet:
    documents = parse(text, name)
    for node in walk(documents):
        for meta in read_comments(node) if node.comments else ():
            assert meta.kind is CommentKind.ANNOTATION
            args, kwargs = eval(f"collect({meta.text})", {"collect": _collect, "overlay": _OVERLAY, **names})
            node.annotations = {**(node.annotations or {}), meta.name: Annotation(args, kwargs, meta.line, node.source)}
    return documents


@pytest.fixture
def read() -> Callable[..., DocumentSet]:
    """Reads YAML text with annotations; further names may be given for their arguments."""
    return _read


@pytest.fixture
def document() -> Callable[..., Document]:
    """As `read`, the first document."""
    return lambda text, name="in.yml", **names: _read(text, name, **names).items[0]
