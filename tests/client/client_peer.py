"""A small IRC server for the client's tests: it registers, echoes and relays, and misbehaves where it is told to.

It is no fake of ours: it speaks just enough IRC over a real socket for a client to notice no difference.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from chatroom.wire.irc import Message, format_line, parse


@dataclass
class Peer:
    """What this server offers and what it does wrong."""

    capabilities: str = "server-time message-tags echo-message batch labeled-response"
    taken: set[str] = field(default_factory=set)
    refused_rooms: dict[str, str] = field(default_factory=dict)  # room -> numeric
    silenced: bool = False  # nobody may speak
    drop_after: int | None = None  # close the link instead of taking this message
    farewell: str = ""  # what it says instead of letting anybody in
    port: int = 0
    lines: list[str] = field(default_factory=list)  # everything received
    texts: list[str] = field(default_factory=list)  # what was said
    guests: list[Guest] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=context)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        for guest in list(self.guests):
            guest.writer.transport.abort()
        await self.server.wait_closed()

    async def until(self, text: str) -> None:
        """Wait until a received line holds `text`."""
        while not any(text in line for line in self.lines):
            self.arrived.clear()
            await self.arrived.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = Guest(self, writer)
        self.guests.append(guest)
        try:
            while line := await reader.readline():
                self.lines.append(line.decode().rstrip("\r\n"))
                if message := parse(self.lines[-1]):
                    guest.receive(message)
                self.arrived.set()
        except OSError:
            pass
        finally:
            self.guests.remove(guest)
            writer.close()

    def say(self, line: str) -> None:
        """Send one line to everybody."""
        for guest in self.guests:
            guest.send(line)


@dataclass
class Guest:
    """One connection."""

    peer: Peer
    writer: asyncio.StreamWriter
    nick: str = ""
    has_user: bool = False
    negotiating: bool = False
    batch: Message = field(default_factory=lambda: Message("BATCH"))
    held: list[str] = field(default_factory=list)
    is_in: bool = False
    capabilities: set[str] = field(default_factory=set)

    def send(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())

    def reply(self, code: str, *params: str) -> None:
        self.send(format_line(code, self.nick or "*", *params, source="peer.example"))

    def receive(self, message: Message) -> None:
        handler = getattr(self, f"on_{message.verb.lower()}", None)
        if handler:
            handler(message)
        elif self.is_in:
            self.reply("421", message.verb, "Unknown command")
        if not self.is_in and self.nick and self.has_user and not self.negotiating:
            self.is_in = True
            self.reply("001", "Welcome")
            self.reply("005", "CASEMAPPING=ascii", "PREFIX=(ov)@+", "are supported")
            self.reply("422", "no message of the day")

    def on_cap(self, message: Message) -> None:
        if message.param(0) == "LS":
            self.negotiating = True
            self.send(f":peer.example CAP * LS :{self.peer.capabilities}")
        elif message.param(0) == "REQ":
            self.capabilities |= set(message.param(1).split())
            self.send(f":peer.example CAP * ACK :{message.param(1)}")
        else:
            self.negotiating = False

    def on_nick(self, message: Message) -> None:
        if message.param(0) in self.peer.taken:
            self.reply("433", message.param(0), "Nickname is already in use")
        else:
            self.nick = message.param(0)

    def on_user(self, message: Message) -> None:
        if self.peer.farewell:
            self.send(self.peer.farewell)
            self.writer.write_eof()  # closing with lines unread would reset the link, and the last word with it
            return
        self.has_user = True

    @property
    def source(self) -> str:
        return f"{self.nick}!{self.nick}@host.example"

    def on_join(self, message: Message) -> None:
        room = message.param(0)
        if code := self.peer.refused_rooms.get(room):
            self.reply(code, room, "Cannot join channel")
            return
        self.peer.say(f":{self.source} JOIN {room}")
        self.reply("353", "=", room, " ".join(guest.nick for guest in self.peer.guests))
        self.reply("366", room, "End of /NAMES list")

    def on_batch(self, message: Message) -> None:
        """A message of several lines: its first line, or its end."""
        if message.param(0).startswith("+"):
            self.batch, self.held = message, []
            return
        text = "\n".join(self.held)
        self.peer.texts.append(text)
        label = self.batch.tags.get("label", "")
        target = self.batch.param(2)
        self.send(f"@label={label} :{self.source} BATCH +echo draft/multiline {target}")
        for line in self.held:
            self.send(f"@batch=echo :{self.source} PRIVMSG {target} :{line}")
        self.send(f":{self.source} BATCH -echo")

    def on_privmsg(self, message: Message) -> None:
        peer, (target, text) = self.peer, message.params
        if "batch" in message.tags:
            self.held.append(text)
            return
        if peer.drop_after == len(peer.texts):
            self.writer.transport.abort()
        elif peer.silenced:
            self.reply("404", target, "Cannot send to channel")
        else:
            peer.texts.append(text)
            self._relay(message, target, text)

    def _relay(self, message: Message, target: str, text: str) -> None:
        line = f":{self.source} PRIVMSG {target} :{text}"
        for guest in self.peer.guests:
            if guest is not self:
                guest.send(line)
        if "echo-message" in self.capabilities:
            label = message.tags.get("label")
            self.send(f"@label={label} {line}" if label else line)

    def on_tagmsg(self, message: Message) -> None:
        """Tags are for others; nobody here has asked for them."""

    def on_ping(self, message: Message) -> None:
        self.send(f":peer.example PONG peer.example :{message.param(0)}")

    def on_quit(self, message: Message) -> None:
        self.send("ERROR :Goodbye")
        self.writer.close()
