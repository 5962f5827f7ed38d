"""Tables as kbld and kapp print them: plain columns, transposed records, tab-separated values, JSON."""
from __future__ import annotations

import re
from collections.abc import Sequence

from oakum.dataclass import dataclass, field
from oakum.typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title on screen, and its long name from which its JSON key and `--column` name derive."""

    title: str
    long: str = ""
    hidden: bool = False

    @property
    def key(self) -> str:
        """See `key_of`."""
        return key_of(self.long or self.title)


def key_of(name: str) -> str:
    """Lower-case words joined by `_`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text; `good` True is shown green and False red on a colour terminal."""

    text: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells (plain text or `Cell`), sorted by `sort_by` column titles, byte by byte.

    `content` names what the rows are, for the closing count; `fill_first` repeats equal first cells instead of `^`;
    `transpose` prints one record a row with a line for each column.
    """

    title: str
    content: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Cell]]
    sort_by: Sequence[str] = ()
    notes: Sequence[str] = ()
    fill_first: bool = False
    transpose: bool = False
    cells: list[list[Cell]] = field(init=False)

    def __post_init__(self) -> None:
        cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows]
        titles = [column.title for column in self.columns]
        order = [titles.index(title) for title in self.sort_by]
        cells.sort(key=lambda row: [row[at].text.encode("utf-8", "surrogateescape") for at in order])
        object.__setattr__(self, "cells", cells)


BOLD, GREEN, RED, RESET = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


def shown(columns: Sequence[Column], only: Sequence[str]) -> list[int]:
    """Indexes of the columns to show: `only` (keys or titles, as `key_of` reads them) or all that are not hidden.

    Raises ValueError with the name that no column has.
    """
    if not only:
        return [at for at, column in enumerate(columns) if not column.hidden]
    wanted = {key_of(name): name for name in only}
    names = [{column.key, key_of(column.title)} for column in columns]
    for key in sorted(wanted.keys() - set().union(*names)):
        raise ValueError(wanted[key])
    return [at for at, known in enumerate(names) if wanted.keys() & known]


def render(table: Table, only: Sequence[str] = (), *, data_only: bool = False, color: bool = False) -> str:
    """The table as text: for a terminal, or with `data_only` just tab-separated values."""
    at = shown(table.columns, only)
    color = color and not data_only
    header = [(table.columns[index].title, BOLD if color else "") for index in at]
    grid = [[_lines(row[index], color) for index in at] for row in _abbreviated(table, fill=data_only)]
    if table.transpose:
        body = _transposed(grid, None if data_only else header)
    else:
        body = _columns(grid, "\t") if data_only else _columns([[[title] for title in header], *grid], "  ")
    if data_only:
        return body
    parts = [f"{table.title}\n" if table.title else "", body]
    if table.notes:
        parts.append("".join(f"{note}\n" for note in table.notes))
    if table.content:
        parts.append(f"{len(table.rows)} {table.content}\n")
    return "\n".join(parts)


Line: TypeAlias = tuple[str, str]
"""One line of a cell and the escape code it is shown in."""
BLANK: Line = ("", "")


def _lines(cell: Cell, color: bool) -> list[Line]:
    code = {None: "", True: GREEN, False: RED}[cell.good] if color else ""
    return [(text, code) for text in (cell.text or "-").split("\n")]


def _width(line: Line) -> int:
    """Bytes, which is what the reference pads by; colour codes take no room."""
    text = line[0]
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _shown(line: Line) -> str:
    text, code = line
    return f"{code}{text}{RESET}" if code else text


def _abbreviated(table: Table, *, fill: bool) -> list[list[Cell]]:
    """The rows, with `^` for a first cell that equals the one above."""
    if fill or table.fill_first or table.transpose:
        return table.cells
    rows, above = [], ""
    for row in table.cells:
        rows.append([Cell("^"), *row[1:]] if row[0].text and row[0].text == above else row)
        above = row[0].text
    return rows


def _columns(grid: list[list[list[Line]]], gap: str) -> str:
    heights = [max(map(len, row), default=0) for row in grid]
    last = len(grid[0]) - 1 if grid else 0
    columns = [_column(cells, heights, gap, even=at < last) for at, cells in enumerate(zip(*grid, strict=True))]
    return "".join("".join(line) + "\n" for line in zip(*columns, strict=True))


def _column(cells: Sequence[list[Line]], heights: Sequence[int], gap: str, *, even: bool) -> list[str]:
    """The cells one below the other, each as high as its row; `even`: all lines as wide as the widest."""
    lines = [line for cell, height in zip(cells, heights, strict=True)
             for line in (cell if len(cell) == height else [*cell, *[BLANK] * (height - len(cell))])]
    widths = list(map(_width, lines))
    width = max(widths, default=0) if even else 0
    return [_shown(line) + " " * (width - taken) + gap for line, taken in zip(lines, widths, strict=True)]


def _transposed(grid: list[list[list[Line]]], header: Sequence[Line] | None) -> str:
    if header is None:
        return "\n".join("".join(f"{_shown(line)}\t\n" for cell in row for line in cell) for row in grid)
    width = max(map(_width, header), default=0)
    labels = [_shown(title) + " " * (width - _width(title)) for title in header]
    records = [[(label if level == 0 else " " * width, _shown(line))
                for label, cell in zip(labels, row, strict=True) for level, line in enumerate(cell)] for row in grid]
    return "\n".join("".join(f"{label}  {line}  \n" for label, line in record) for record in records)


def as_json(table: Table, only: Sequence[str] = ()) -> dict[str, object]:
    """The table as `--json` shows it, columns keyed by name."""
    at = shown(table.columns, only)
    keys = [table.columns[index].key for index in at]
    return {
        "Content": table.content,
        "Header": {key: table.columns[index].title for key, index in sorted(zip(keys, at, strict=True))},
        "Rows": [dict(sorted((key, row[i].text) for key, i in zip(keys, at, strict=True))) for row in table.cells],
        "Notes": list(table.notes) or None,
    }
