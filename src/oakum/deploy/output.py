"""What deploying shows, and to whom: the seam to whatever prints it."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.dataclass import dataclass
from oakum.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Column:
    """A column's title, its long name where that differs, and whether it is shown only when asked for."""

    title: str
    long: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Verdict:
    """A cell whose text says that something is good or bad."""

    text: str
    good: bool


Cell = str | Verdict


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, to be sorted by the titles in `sort_by`; `content` names what the rows are."""

    title: str
    content: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sort_by: Sequence[str] = ()
    notes: Sequence[str] = ()
    fill_first: bool = False
    transpose: bool = False


class Output(Protocol):
    """Where everything goes that a user is to see. Safe to call from several threads."""

    def line(self, text: str) -> None:
        """A line of its own."""

    def begin(self, text: str) -> None:
        """Progress; carries its own newlines."""

    def block(self, text: str) -> None:
        """Output proper."""

    def table(self, grid: Grid) -> None:
        """A table."""

    def confirm(self) -> None:
        """Ask whether to go on. Raises OakumError when not."""

    def expect_answer(self) -> None:
        """Raises OakumError where `confirm` would be asked in vain: it shows already that nobody can answer."""

    def paint(self, text: str, color: str) -> str:
        """`text` in red, green or faint where colours are shown."""


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that gives at least one: `5s`, `3m`, `2h`, `4d`, `1y`; empty for never."""
    if since is None:
        return ""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit, limit in ((1, "s", 60), (60, "m", 60), (3600, "h", 24), (86400, "d", 365)):
        if seconds // size < limit:
            return f"{seconds // size}{unit}"
    return f"{seconds // 31536000}y"


def wrapped(text: str, width: int = 35) -> str:
    """`text` with line breaks at blanks so that lines have at most `width` characters."""
    if not text:
        return ""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))
