"""Telnet's in-band commands, taken out of the stream and declined (RFC 854).

Strategy: the byte 255 (IAC) never occurs in UTF-8, so whatever follows one is telnet talking, not the person.
Every option offered or asked for is declined, which leaves telnet in its line mode: all a chat needs. While a password
is typed the server says that it echoes, and does not (RFC 857), so that it stands on no screen.
This parser cannot raise.
"""

from __future__ import annotations

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO = 1
_DECLINE = {DO: WONT, WILL: DONT}


class Telnet:
    """Removes telnet commands from received bytes and holds the answers they are owed."""

    __slots__ = ("_answers", "_held", "is_hiding")

    def __init__(self) -> None:
        self._held = b""  # the start of a command whose end has not arrived
        self._answers = bytearray()
        self.is_hiding = False  # what is typed

    def hide(self) -> bytes:
        """What to send so that what is typed is not shown."""
        self.is_hiding = True
        return bytes((IAC, WILL, ECHO))

    def show(self) -> bytes:
        """What to send so that it is shown again, on a new line: the end of the hidden one was not shown either."""
        self.is_hiding = False
        return bytes((IAC, WONT, ECHO)) + b"\r\n"

    def receive_data(self, data: bytes) -> bytes:
        """What the person sent, telnet commands taken out."""
        data = self._held + data
        self._held = b""
        start = data.find(IAC)
        if start < 0:
            return data
        text = bytearray()
        at = 0
        while start >= 0:
            text += data[at:start]
            at = self._command(data, start)
            start = data.find(IAC, at)
        return bytes(text + data[at:])

    def data_to_send(self) -> bytes:
        """The refusals owed for what was received since the last call."""
        answers = bytes(self._answers)
        self._answers.clear()
        return answers

    def _command(self, data: bytes, start: int) -> int:
        """Where the command at `start` ends; one that has not ended is held and ends the data."""
        verb = data[start + 1] if start + 1 < len(data) else None
        if verb == SB:
            end = data.find(bytes((IAC, SE)), start)
            end = end + 2 if end >= 0 else len(data) + 1
        else:
            end = start + (3 if verb in (DO, DONT, WILL, WONT) else 2)
        if end > len(data):
            self._held = data[start : start + 512]  # bounded: no honest command is longer
            return len(data)
        if verb in _DECLINE and not (verb == DO and data[start + 2] == ECHO and self.is_hiding):
            self._answers += bytes((IAC, _DECLINE[verb], data[start + 2]))
        return end
