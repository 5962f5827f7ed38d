"""libyaml's events, through PyYAML's C parser, with go-yaml's errors. Importing this loads PyYAML: do it late."""
from __future__ import annotations

from yaml import YAMLError as LibraryError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from oakum.errors import OakumError
from oakum.late import pattern
from oakum.typing import Any
from oakum.yaml.errors import SyntaxYAMLError, TagYAMLError, too_deep

try:
    from yaml._yaml import CParser
except ImportError as e:
    # Where there is no ready build of it, pip makes one, and leaves libyaml out if its headers are missing.
    raise OakumError("PyYAML was built without libyaml (hint: install libyaml and its headers, then PyYAML again by "
                     "'pip install --force-reinstall --no-binary PyYAML PyYAML')") from e

__all__ = [
    "AliasEvent",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "Events",
    "MappingEndEvent",
    "MappingStartEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "is_merge",
]


# To go-yaml a colon right before a bracket or comma belongs to the plain word that it ends; to libyaml it ends the word
# or is a mistake. Another character takes its place on the way through libyaml.
_COLON = pattern(r"""([^\s"',:\[\]{}][ \t]*|(?<=[^\s"',\[\]{}]):):(?=[,\[\]{}])""")


class Events:
    """The events of a text, one at a time; the first is the one after the start of the stream.

    After one that could not be read (`failed`) there are none.
    """

    def __init__(self, text: str) -> None:
        self.failed = False
        self._colon = ""
        if _COLON.search(text):
            written = text.lower()  # as itself or as an escape
            self._colon = chr(next(code for code in range(0xE000, 0xF900)
                                   if chr(code) not in text and f"{code:x}" not in written))
            text = _COLON.sub(rf"\g<1>{self._colon}", text)
        try:
            self._event = CParser(text).get_event
        except UnicodeEncodeError:
            # Bytes that are not UTF-8: libyaml says what is wrong with them.
            self._event = CParser(text.encode("utf-8", "surrogateescape")).get_event
        self.next()

    def next(self) -> Any:
        """The next event. Raises SyntaxYAMLError with go-yaml's words."""
        try:
            event = self._event()
        except LibraryError as error:
            self.failed = True
            raise _translated(error) from None
        if self._colon and type(event) is ScalarEvent:
            event.value = event.value.replace(self._colon, ":")
        return event


def _translated(error: Any) -> SyntaxYAMLError:
    """go-yaml's error for libyaml's: the line of the problem, or of its context when the problem is on the first."""
    problem = getattr(error, "problem", None)
    if problem is None:
        return SyntaxYAMLError(str(getattr(error, "reason", error)))
    if problem == "exceeded maximum nesting depth":
        return too_deep()  # newer ones have a bound of their own, above ours
    line = error.problem_mark.line if error.problem_mark else 0
    if line:
        # A scanner stops before it has counted the line.
        line += type(error).__name__ == "ScannerError"
    elif error.context_mark:
        line = error.context_mark.line
    if problem == "did not find expected whitespace or line break" and error.problem_mark:
        return TagYAMLError(problem, line, error.problem_mark.index)
    return SyntaxYAMLError(problem, line)


def is_merge(event: Any) -> bool:
    """Whether the event of a map key is a plain `<<`."""
    if type(event) is not ScalarEvent or event.value != "<<":
        return False
    return bool(event.implicit[0]) or event.tag == "tag:yaml.org,2002:merge"
