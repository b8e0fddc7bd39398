"""A model of an IRC program with CHATHISTORY, read markers and keys: the least that misses nothing over a bad link.

Strategy: what the specifications promise and nothing of ours. It logs in to an account, asks for what came after the
newest message it has shown, page by page, holds back what comes live meanwhile, and then sends again, under its key,
what was not seen to be stored. Now and then it says how far it has read; a marker that is told by the server must
never be behind one that was confirmed.
"""

from __future__ import annotations

import base64
import secrets
import socket
import threading
from contextlib import suppress
from pathlib import Path

from running import Closed, IrcClient

from chatroom.wire.irc import Message, parse

ROOM, PAGE = "#tea", 20
WANTED = "sasl batch message-tags server-time echo-message draft/chathistory draft/read-marker chatroom/once"
LOGIN = base64.b64encode(b"\0ada\0sesame-open").decode()


class Program:
    """The program and its user, in a thread; `changed` is notified when it has shown something."""

    def __init__(self, folder: Path, port: int, changed: threading.Condition) -> None:
        self.shown: list[str] = []  # what was said in the room, by whomever
        self.seen: set[str] = set()
        self.is_in = False
        self.wrong = ""
        self._port = port
        self._changed = changed
        self._waiting: dict[str, str] = {}  # by key, what is not seen to be stored
        self._ids: set[str] = set()
        self._newest = self._marked = ""
        self._has_account = self._is_over = False
        self._client: IrcClient | None = None
        self._link_made()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _link_made(self) -> None:
        self._is_level = self._is_joined = False
        self._held: list[Message] = []
        self._page = ""  # the reference of the batch
        self._count = 0

    def type(self, line: str) -> None:
        with self._changed:
            key = secrets.token_urlsafe(12)
            self._waiting[key] = line
            if self._is_level:
                self._say(key)

    def end(self) -> None:
        self._is_over = True
        if self._client is not None:
            with suppress(OSError):
                self._client.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    # ---- links

    def _run(self) -> None:
        while not self._is_over:
            with suppress(Closed, OSError), IrcClient(self._port) as client:
                self._link(client)

    def _link(self, client: IrcClient) -> None:
        with self._changed:
            self._link_made()
            self._client = client
        login = ["AUTHENTICATE PLAIN", f"AUTHENTICATE {LOGIN}"] if self._has_account else []
        self._send(f"CAP REQ :{WANTED}", *login, "NICK ada", "USER ada 0 * :Ada", "CAP END")
        try:
            while True:
                message = parse(client.line())
                with self._changed:
                    if message is not None:
                        self._take(message)
                    self._changed.notify_all()
        finally:
            with self._changed:
                self._is_level = False

    def _send(self, *lines: str) -> None:
        if self._client is not None:
            with suppress(OSError):
                self._client.send(*lines)

    def _say(self, key: str) -> None:
        self._send(f"@+chatroom/once={key} PRIVMSG {ROOM} :{self._waiting[key]}")

    # ---- what comes

    def _take(self, message: Message) -> None:
        handlers = {"001": self._enter, "JOIN": self._joined, "BATCH": self._batch, "PRIVMSG": self._heard}
        handlers |= {"REGISTER": self._registered, "MARKREAD": self._told_marker, "PING": self._ping}
        if message.verb in handlers:
            handlers[message.verb](message)

    def _ping(self, message: Message) -> None:
        self._send(f"PONG {message.param(0)}")

    def _enter(self, message: Message) -> None:
        self._send(f"JOIN {ROOM}" if self._has_account else "REGISTER ada * sesame-open")

    def _registered(self, message: Message) -> None:
        self._has_account = True
        self._send(f"JOIN {ROOM}")

    def _joined(self, message: Message) -> None:
        if not message.source.startswith("ada") or self._is_joined:
            return
        self._is_joined = self.is_in = True
        self._newest = self._newest or message.tags.get("msgid", "")
        self._ask()

    def _ask(self) -> None:
        self._count = 0
        self._send(f"CHATHISTORY AFTER {ROOM} msgid={self._newest} {PAGE}")

    def _batch(self, message: Message) -> None:
        if message.param(1) == "chathistory":
            self._page = message.param(0)[1:]
        elif message.param(0) == f"-{self._page}" and self._count == PAGE:
            self._ask()
        elif message.param(0) == f"-{self._page}":
            self._is_level = True
            for held in self._held:
                self._show(held)
            for key in list(self._waiting):
                self._say(key)

    def _heard(self, message: Message) -> None:
        if message.tags.get("batch", "") == self._page != "":
            self._count += 1
            self._show(message)
        elif self._is_level:
            self._show(message)
        else:
            self._held.append(message)

    def _show(self, message: Message) -> None:
        self._waiting.pop(message.tags.get("+chatroom/once", ""), None)
        if (msgid := message.tags["msgid"]) in self._ids:
            return
        self._ids.add(msgid)
        self._newest = msgid
        self.shown.append(message.param(1))
        self.seen.add(message.param(1))
        if len(self.shown) % 5 == 0:
            self._send(f"MARKREAD {ROOM} timestamp={message.tags['time']}")

    def _told_marker(self, message: Message) -> None:
        time = message.param(1).removeprefix("timestamp=").strip("*")
        if time < self._marked:
            self.wrong = f"a marker was at {self._marked}, and then at {time}"
        self._marked = max(self._marked, time)
