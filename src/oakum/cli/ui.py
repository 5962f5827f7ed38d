"""What kbld and kapp print, and how: lines, blocks, tables, questions, errors; on a terminal, piped, or as JSON.

Calls are of two classes. *Auto* calls (`line`, `table`, `confirm`, `fail`) are set off by a blank line from what went
before; *raw* calls (`begin`, `block`) only from auto ones. Without a terminal lines vanish and tables shrink to
tab-separated values. With `--json` everything is collected and printed once, by `close`.
"""
from __future__ import annotations

import os
import sys
from threading import RLock

from oakum.cli.flag import Flag
from oakum.errors import OakumError, UsageError
from oakum.typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.cli.table import Table

TTY = Flag("tty", "Force TTY-like output", kind="bool")
FLAGS = (
    Flag("color", "Set color output", kind="bool", default=True),
    Flag("json", "Output as JSON", kind="bool"),
    Flag("yes", "Assume yes for any prompt", kind="bool", short="y"),
    Flag("column", "Filter to show only given columns", kind="strings"),
)
"""The flags of every command that has a UI; `--tty` is apart because its default differs by command."""


# Go's encoder escapes these so that JSON may stand in HTML and JavaScript, and replaces bytes that are not UTF-8;
# outside strings they cannot occur.
_GO_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"} | dict.fromkeys(
    range(0xdc80, 0xdd00), "\\ufffd")


NO_ANSWER = "Asking for confirmation:\n  EOF"


class UI:
    """One command's dialogue with its user. Safe to call from several threads."""

    def __init__(
        self,
        program: str,
        flags: dict[str, Any],
        *,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
        stdin: IO[str] | None = None,
    ) -> None:
        """`flags` are those of `FLAGS` and `TTY` by name; streams default to the process's."""
        self.program = program
        self.stdout = sys.stdout if stdout is None else stdout
        self.stderr = sys.stderr if stderr is None else stderr
        self.stdin = sys.stdin if stdin is None else stdin
        self.tty = bool(flags.get("tty")) or self.stdout.isatty()
        self.json = bool(flags.get("json"))
        self.yes = bool(flags.get("yes"))
        self.columns: list[str] = flags.get("column") or []
        self.color = bool(flags.get("color", True)) and colors(self.stdout)
        self._before: str | None = None
        self._lock = RLock()
        self._collected: dict[str, list[Any]] = {"Tables": [], "Blocks": [], "Lines": []}

    def line(self, text: str) -> None:
        """A line of its own, with a blank one before it."""
        self._say("Lines", text, "auto", text + "\n", terminal_only=True)

    def begin(self, text: str) -> None:
        """Progress text; carries its own newline."""
        self._say("Lines", text, "raw", text, terminal_only=True)

    def block(self, text: str) -> None:
        """Output proper: printed as it is, also without a terminal."""
        self._say("Blocks", text, "raw", text)

    def table(self, table: Table) -> None:
        """A table. Raises UsageError for a `--column` that it does not have."""
        from oakum.cli.table import as_json, render

        self.check_columns(table)
        text = render(table, self.columns, data_only=not self.tty, color=self.color)
        self._say("Tables", as_json(table, self.columns) if self.json else None, "auto", text)

    def check_columns(self, table: Table) -> None:
        """Raises UsageError for a `--column` that such a table does not have."""
        from oakum.cli.table import shown

        try:
            shown(table.columns, self.columns)
        except ValueError as unknown:
            known = ", ".join(column.key for column in table.columns)
            raise UsageError(f"Failed to find header: {unknown} (hint: columns are {known})") from None

    def confirm(self) -> None:
        """Ask whether to continue. Raises UsageError when the answer is no, or when nobody can answer."""
        if self.yes:
            return
        self._demand_dialogue()
        self._pad("auto")
        while True:
            self._write("Continue? [yN]: ")
            answer = self.stdin.readline()
            if not answer.endswith("\n"):
                raise UsageError(NO_ANSWER)
            if not self.stdin.isatty():
                self._write(answer)
            word = answer[:-1]
            if word in ("y", "Y", "yes"):
                return
            if word in ("n", "N", "no", ""):
                raise UsageError("Stopped")
            self._write("invalid input (not y, n, yes, or no)\n")

    def expect_answer(self) -> None:
        """Raises the UsageError that `confirm` would, where it shows already that nobody can answer."""
        if not self.yes:
            self._demand_dialogue()
            if _ended(self.stdin):
                raise UsageError(NO_ANSWER)

    def _demand_dialogue(self) -> None:
        if self.json:
            raise UsageError("Cannot ask for confirmation in JSON UI (hint: use '--yes' to answer beforehand)")

    def fail(self, error: OakumError) -> None:
        """Report the error that ends the command: on standard error, or among the JSON's lines."""
        from oakum.cli.reflow import told
        from oakum.cli.table import RED, RESET

        text = told(self.program, str(error))
        with self._lock:
            if self.json:
                self._collected["Lines"].append(text)
                return
            self._pad("auto")
            self.stdout.flush()
            self.stderr.write(f"{RED}{text}{RESET}\n" if self.color else f"{text}\n")
            self.stderr.flush()

    def close(self) -> None:
        """Print what `--json` collected; nothing when there is nothing."""
        if self.json and any(self._collected.values()):
            import json

            shown = {name: found or None for name, found in self._collected.items()}
            text = json.dumps(shown, indent=4, ensure_ascii=False)
            self._write(text.translate(_GO_ESCAPES))

    def _say(self, kind: str, item: Any, call: str, text: str, *, terminal_only: bool = False) -> None:
        with self._lock:
            if self.json:
                self._collected[kind].append(item)
            elif self.tty or not terminal_only:
                self._pad(call)
                self._write(text)

    def _pad(self, call: str) -> None:
        if self._before is not None and not self._before == call == "raw":
            self._write("\n")
        self._before = call

    def _write(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _ended(stream: IO[str]) -> bool:
    """Whether there is no more to read, as far as that can be told without waiting and without taking anything."""
    import select

    peek = getattr(getattr(stream, "buffer", None), "peek", None)
    try:
        return peek is not None and not stream.isatty() and bool(select.select([stream], [], [], 0)[0]) and not peek(1)
    except (OSError, ValueError):  # no file of the system's
        return False


def colors(stream: IO[str]) -> bool:
    """Whether to write colour codes to `stream`: FORCE_COLOR decides, else a terminal that is not `dumb`."""
    forced = os.environ.get("FORCE_COLOR", "")
    if forced in ("0", "1", "2", "3"):
        return forced != "0"
    return stream.isatty() and os.environ.get("TERM") != "dumb"
