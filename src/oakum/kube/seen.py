"""What reads have shown, so that it can be told later whether they would show the same again.

Of an object its identity and version count (uid and resourceVersion), of a list those of its items, of a refusal its
status. A list's own version, which every change anywhere in the cluster moves, does not.
"""
from __future__ import annotations

from collections.abc import Mapping

from oakum.errors import KubeError
from oakum.kube.errors import ApiError
from oakum.kube.workers import each
from oakum.parts import items, mapping, text
from oakum.typing import TYPE_CHECKING, Any
from oakum.url import decode, encode

if TYPE_CHECKING:
    from oakum.kube.server import Query
    from oakum.kube.transport import Transport

Seen = dict[str, str]
"""By the path and query of a read, what its first answer showed."""
FEW = 8
"""So many reads go over one connection, whose opening costs as much as some of them; more are spread over as many."""


def address(path: str, query: Query | None) -> str:
    """The key of a read in `Seen`."""
    return f"{path}?{encode(query)}" if query else path


def shown(answer: dict[str, Any] | ApiError) -> str:
    """What counts of an answer."""
    if isinstance(answer, ApiError):
        return f"refused with {answer.code}"
    if "items" not in answer:
        return _version(answer)
    more = text(mapping(answer.get("metadata")).get("continue"))
    return " ".join([*map(_version, items(answer["items"])), more])


def _version(found: Any) -> str:
    metadata = mapping(mapping(found).get("metadata"))
    return f"{metadata.get('uid')}@{metadata.get('resourceVersion')}"


def unchanged(transport: Transport, seen: Mapping[str, str]) -> bool:
    """Whether each of the reads shows what it did. One that gets no answer, or is refused otherwise, does not."""
    def same(read: tuple[str, str]) -> bool:
        path, _, query = read[0].partition("?")
        try:
            return shown(transport.request("GET", path, query=decode(query)).json()) == read[1]
        except ApiError as refused:
            return shown(refused) == read[1]
        except KubeError:
            return False

    return all(each(seen.items(), same, FEW if len(seen) > FEW else 1))
