"""Every setting: its name, type, default and one sentence; and a reader that says exactly what is wrong.

Strategy: the classes below are the whole list, read by the loader, by `chat-server check` and by the test that
keeps docs/configuration.md complete. All errors of a file are told at once, each with its line, what was expected,
and the nearest known key.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from chatroom.server.possible import impossible, shown
from chatroom.wire.forwarded import X_FORWARDED_FOR

DEFAULT_FILE = "chatroom.toml"
DEFAULT_WEB = ["http://[::]:8066"]
DEFAULT_METRICS = ["http://127.0.0.1:9166"]
# Known keys that this version does not act on yet; a start says so when one is set.
WITHOUT_EFFECT: tuple[str, ...] = ()


Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(ge=0, le=1_000_000)]  # so that inf is none
Texts = Annotated[list[str], Meta(min_length=1)]


class ConfigError(Exception):
    """The configuration can't be used; `problems` are lines for whoever wrote it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def setting(default: Any, sentence: str) -> Any:
    """A setting with its default and what it is for."""
    if isinstance(default, list):
        return field(default_factory=default.copy, metadata={"sentence": sentence})
    return field(default=default, metadata={"sentence": sentence})


@dataclass
class ServerSettings:
    """[server]"""

    name: str = setting("chat.example.net", "The host part of the server's own lines.")
    network: str = setting("Chatroom", "What the place is called.")
    description: str = setting("A chat room", 'The server\'s "real name" in WHOIS.')
    admin: str = setting("", "Who runs the server and how to reach them, for ADMIN.")
    listen: Texts = setting(["tcp://[::]:6666"], "Where to listen: tcp, tls, ws or wss://host:port, or unix:///path.")
    password: str = setting("", "Every client must give it; empty: open to all.")
    casemapping: Literal["ascii", "rfc1459", "precis"] = setting(
        "ascii", 'When two names are the same. "precis" allows nicks in any script.'
    )
    user_modes: str = setting("", 'Modes every IRC user starts with, like "+i".')
    motd: str = setting("", "The message of the day.")
    motd_file: str = setting("", "A file with the message of the day; it goes before motd.")
    data: str = setting("data", "Folder of the history.")
    logs: str = setting("logs", "Folder of the logs.")
    backups: str = setting("backups", "Folder of the backups.")


@dataclass
class TlsSettings:
    """[tls]"""

    certificate: str = setting("", "File with the certificate and its chain, PEM.")
    key: str = setting("", "File with the private key, PEM, without a password.")
    sts_seconds: Count = setting(0, "Seconds for which IRC programs are to remember to use TLS only; 0: not announced.")


@dataclass
class RoomSettings:
    """[rooms]"""

    default: str = setting("#lobby", "Where a plain client lands; it always exists.")
    join: bool = setting(False, "Put IRC clients there too.")


@dataclass
class AccountSettings:
    """[accounts]"""

    register: bool = setting(True, "Anyone may make an account.")
    before_connect: bool = setting(False, "REGISTER before the connection is registered.")
    always_on: Literal["no", "opt-in", "opt-out", "yes"] = setting("no", "Stay present without a connection.")
    password_memory_kib: Annotated[int, Meta(ge=8, le=4194304)] = setting(
        19456, "Memory that checking a password costs, in KiB (Argon2id)."
    )
    password_rounds: Annotated[int, Meta(ge=1, le=1000)] = setting(
        2, "Rounds that checking a password costs (Argon2id)."
    )


@dataclass
class HistorySettings:
    """[history]"""

    durability: Literal["fsync", "os"] = setting(
        "fsync", '"fsync": what was shown survives a power cut; "os": a killed process.'
    )
    keep_days: Count = setting(0, "Days that history is kept; 0: for ever.")
    keep_bytes: Count = setting(0, "Bytes the history may take; past it the oldest goes. 0: no limit.")


@dataclass
class BackupSettings:
    """[backups]"""

    every_minutes: Count = setting(60, "Minutes between snapshots; 0: never.")
    keep: Positive = setting(48, "How many of the newest snapshots are kept, however close together.")
    hourly: Count = setting(48, "Of how many hours, beside those, the last snapshot is kept.")
    daily: Count = setting(14, "Of how many days.")
    weekly: Count = setting(52, "Of how many weeks.")


@dataclass
class LogSettings:
    """[log]"""

    format: Literal["text", "json"] = setting("text", "Readable lines, or one JSON object a line.")
    level: Literal["debug", "info", "warning", "error"] = setting("info", "The least important lines written.")
    rotate_bytes: Positive = setting(20_000_000, "Size at which a new file begins; one also begins each day.")
    keep: Positive = setting(30, "How many old files are kept, compressed.")


@dataclass
class LimitSettings:
    """[limits]"""

    nick_length: Annotated[int, Meta(ge=4, le=64)] = setting(32, "Characters of a nick at most.")
    rate: Amount = setting(4.0, "Lines a second after the burst; 0: unlimited.")
    burst: Positive = setting(20, "Lines at once before that.")
    rate_per_account: Amount = setting(8.0, "Lines a second of all connections of an account together; 0: unlimited.")
    rate_per_address: Amount = setting(
        20.0, "Lines a second of all connections of an address together (IPv6: one /64; not loopback); 0: unlimited."
    )
    connections: Count = setting(0, "Connections in all; 0: as many as descriptors allow.")
    connections_per_address: Count = setting(
        64, "Connections from one address (IPv6: one /64), and new ones in a second; 0: unlimited."
    )
    connections_per_network: Count = setting(
        256, "Connections from one network, as wide as the next two say (not loopback); 0: unlimited."
    )
    network_ipv4: Annotated[int, Meta(ge=0, le=32)] = setting(24, "Bits of an IPv4 address that name its network.")
    network_ipv6: Annotated[int, Meta(ge=0, le=64)] = setting(48, "Bits of an IPv6 address that name its network.")
    exempt: list[str] = setting([], "Addresses and networks for which limits on connections and talk do not hold.")
    memory_mib: Count = setting(
        0, "Memory in MiB beyond which newcomers are turned away; 0: three quarters of what there is."
    )
    registration_seconds: Positive = setting(30, "Seconds to come in.")
    registration_bytes: Annotated[int, Meta(ge=1024)] = setting(65536, "Bytes that may be sent before coming in.")
    registration_lines: Annotated[int, Meta(ge=10)] = setting(200, "Lines that may be sent before coming in.")
    tls_handshakes: Amount = setting(50.0, "TLS handshakes a second, after a burst; others wait. 0: unlimited.")
    idle_ping_seconds: Positive = setting(
        90, "Seconds of silence before a PING, and again before a silent one is closed."
    )
    outbox_bytes: Annotated[int, Meta(ge=4096)] = setting(
        1048576, "Bytes kept for a slow reader; past it, it is fed from the log."
    )
    trusted_proxies: list[str] = setting(
        ["127.0.0.0/8", "::1"], "Addresses and networks whose PROXY headers are believed; Unix sockets' always are."
    )
    stall_seconds: Positive = setting(300, "Seconds after which a client is closed that takes nothing of what waits.")


@dataclass
class WebSettings:
    """[web]"""

    listen: list[str] = setting(
        DEFAULT_WEB, "Where browsers find the page: http or https://host:port; an empty list: nowhere."
    )
    origins: list[str] = setting([], "Other sites whose pages may connect, like https://www.example.net.")
    client_header: Literal["X-Forwarded-For", "Forwarded"] = setting(
        X_FORWARDED_FOR, "In which header a proxy of limits.trusted_proxies says for whom a request is."
    )


@dataclass
class MetricsSettings:
    """[metrics]"""

    listen: list[str] = setting(
        DEFAULT_METRICS, "Where /metrics and /healthz are: http or https://host:port; an empty list: nowhere."
    )


@dataclass
class Operator:
    """[[operators]]"""

    name: str = setting("", "The name given to OPER.")
    password_hash: str = setting("", "The Argon2id hash of the password; `chat-server hash-password` makes one.")


@dataclass
class Settings:
    """The whole configuration. Folders are relative to the working directory."""

    server: ServerSettings = field(default_factory=ServerSettings)
    tls: TlsSettings = field(default_factory=TlsSettings)
    rooms: RoomSettings = field(default_factory=RoomSettings)
    accounts: AccountSettings = field(default_factory=AccountSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    backups: BackupSettings = field(default_factory=BackupSettings)
    log: LogSettings = field(default_factory=LogSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    web: WebSettings = field(default_factory=WebSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    operators: list[Operator] = field(default_factory=list)
    path: Path | None = None  # the file it was read from
    without_effect: list[str] = field(default_factory=list)  # keys set that this version does not act on

    def operator_hashes(self) -> dict[str, str]:
        """The hashes of the passwords that make somebody an operator of the server, by name."""
        return {operator.name: operator.password_hash for operator in self.operators}

    def motd_lines(self) -> list[str]:
        """The message of the day; raises ConfigError when its file can't be read."""
        if not self.server.motd_file:
            return self.server.motd.splitlines()
        try:
            return Path(self.server.motd_file).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([f"server.motd_file: {self.server.motd_file} can't be read ({error})."]) from error


TABLES: dict[str, type] = {
    table.name: hint
    for table in dataclasses.fields(Settings)
    if dataclasses.is_dataclass(hint := get_type_hints(Settings, include_extras=True)[table.name])
    and isinstance(hint, type)
}


def load(path: Path | None) -> Settings:
    """The settings of a file; of the default file, if there is one; else the defaults. Raises ConfigError."""
    if path is None:
        path = Path(DEFAULT_FILE)
        if not path.exists():
            return Settings()
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            [f"{path}: can't be read ({error.strerror}). Give a file that exists with --config."]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: is not TOML: {error}."]) from error
    reader = _Reader(path, text)
    settings = reader.settings(given)
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings


class _Reader:
    """Turns what TOML gave into settings, and collects what is wrong on the way."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.problems: list[str] = []

    def settings(self, given: dict[str, Any]) -> Settings:
        made: dict[str, Any] = {}
        for name, value in given.items():
            if name == "operators":
                made[name] = [self._table(name, Operator, entry) for entry in self._tables(name, value)]
            elif name in TABLES:
                made[name] = self._table(name, TABLES[name], value)
            else:
                self._unknown(name, name, [*TABLES, "operators"], "table" if isinstance(value, dict) else "setting")
        settings = Settings(
            **made, path=self.path, without_effect=[name for name in WITHOUT_EFFECT if _is_given(given, name)]
        )
        for table, key, problem in impossible(settings):
            self._problem(table, key, problem)
        return settings

    def _tables(self, name: str, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        self._problem(name, "", f"expected tables, each begun by [[{name}]]")
        return []

    def _table(self, name: str, table: type, value: Any) -> Any:
        if not isinstance(value, dict):
            self._problem(name, "", f"expected a table, begun by [{name}]")
            return table()
        hints = get_type_hints(table, include_extras=True)
        made = {}
        for key, given in value.items():
            if key not in hints:
                self._unknown(name, key, list(hints), "setting")
                continue
            try:
                made[key] = msgspec.convert(given, hints[key])
            except msgspec.ValidationError:
                self._problem(name, key, f"{shown(given)} is not possible; expected {expected(hints[key])}")
        return table(**made)

    def _unknown(self, table: str, key: str, known: list[str], what: str) -> None:
        near = difflib.get_close_matches(key, known, 1, 0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        self._problem(table, key if key != table else "", f"unknown {what}; {hint}")

    def _problem(self, table: str, key: str, words: str) -> None:
        name = f"{table}.{key}" if key else table
        self.problems.append(f"{self.path}:{self._line_of(table, key)}: {name}: {words}")

    def _line_of(self, table: str, key: str) -> int:
        """The line where a key, or its table, stands; 1 when it can't be found."""
        inside, found = False, 1
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]", line):
                inside = header[1] == table
                found = number if inside else found
            elif (inside or not key) and re.match(rf'\s*"?{re.escape(key or table)}"?\s*[=.]', line):
                return number
        return found


def _is_given(given: dict[str, Any], name: str) -> bool:
    table, _, key = name.partition(".")
    return bool(given[table].get(key)) if key and isinstance(given.get(table), dict) else name in given


def expected(kind: Any) -> str:
    """What a setting may be, in words."""
    if get_origin(kind) is Annotated:
        base, meta = get_args(kind)
        bounds = [
            f"{meta.ge} or more" if meta.ge is not None else "",
            f"{meta.le} at most" if meta.le is not None else "",
        ]
        return ", ".join([expected(base), *filter(None, bounds)])
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f'"{value}"' for value in get_args(kind))
    words = {int: "a whole number", float: "a number", str: "text in quotes", bool: "true or false"}
    return words.get(kind, 'a list of texts, like ["tcp://[::]:6666"]')


def documented() -> Iterator[tuple[str, str, Any, str]]:
    """Every setting: table, key, default, sentence."""
    for name, table in [*TABLES.items(), ("operators", Operator)]:
        for key in dataclasses.fields(table):
            yield name, key.name, getattr(table(), key.name), key.metadata["sentence"]
