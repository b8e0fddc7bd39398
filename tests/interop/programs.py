"""The programs: each is started with a configuration of its own, told what to do as a person would, and looked at.

`seen` is what a person would have before their eyes: a terminal's screen, or the program's own log of it.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from running import ServerProcess
from watching import wait_for

PASSWORD = "correct horse"  # of the account that every program logs in to, which is also the nick it has


class Program:
    """One IRC program, as somebody called `nick`, who has an account of that name."""

    nick = ""

    def __init__(self, folder: Path, server: ServerProcess) -> None:
        self.folder = folder
        self.port = server.port
        folder.mkdir()

    def start(self) -> None:
        raise NotImplementedError

    def type(self, line: str) -> None:
        """A line typed in the room, or a command."""
        raise NotImplementedError

    def seen(self) -> str:
        raise NotImplementedError

    def sees(self, pattern: str) -> re.Match[str]:
        """Wait until something is to be seen."""
        return wait_for(pattern, self.seen)

    def end(self) -> None:
        raise NotImplementedError


class Irssi(Program):
    """irssi in a tmux session, 100 columns wide."""

    nick = "irssi"

    def start(self) -> None:
        (self.folder / "config").write_text(
            f"""
servers = ( {{ address = "127.0.0.1"; chatnet = "tea"; port = "{self.port}"; autoconnect = "yes"; }} );
chatnets = {{ tea = {{ type = "IRC"; sasl_mechanism = "PLAIN"; sasl_username = "{self.nick}";
  sasl_password = "{PASSWORD}"; }}; }};
channels = ( {{ name = "#tea"; chatnet = "tea"; autojoin = "yes"; }} );
settings = {{
  core = {{ real_name = "Irssi"; user_name = "{self.nick}"; nick = "{self.nick}"; server_reconnect_time = "2s"; }};
  "fe-common/core" = {{ term_charset = "utf-8"; }};
}};
"""
        )
        self._tmux("new-session", "-d", "-x", "100", "-y", "40", f"irssi --home={self.folder}")

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-S", str(self.folder / "tmux"), "-f", "/dev/null", *words]
        environment = os.environ | {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8").stdout

    def type(self, line: str) -> None:
        self._tmux("send-keys", "-l", line)
        self._tmux("send-keys", "Enter")

    def turn_to(self, window: int) -> None:
        self._tmux("send-keys", "-l", f"/window {window}")
        self._tmux("send-keys", "Enter")

    def seen(self) -> str:
        return self._tmux("capture-pane", "-p", "-J", "-S", "-200")

    def end(self) -> None:
        subprocess.run(["tmux", "-S", str(self.folder / "tmux"), "kill-server"], check=False, capture_output=True)


class Weechat(Program):
    """weechat without a screen: it is typed to through its FIFO, and writes down all it would show."""

    nick = "weechat"

    def start(self) -> None:
        commands = [
            "/set logger.file.flush_delay 0",
            "/set logger.mask.irc $name.log",
            '/set logger.file.path "${weechat_data_dir}/logs"',
            "/set irc.server_default.autoreconnect_delay 1",
            "/set irc.network.autoreconnect_delay_growing 1",
            f"/server add tea 127.0.0.1/{self.port} -notls -autojoin=#tea -nicks={self.nick}",
            f"/set irc.server.tea.sasl_username {self.nick}",
            f"/set irc.server.tea.sasl_password {PASSWORD}",
            "/set irc.server_default.capabilities *",
            "/fifo enable",
            "/connect tea",
        ]
        arguments = [word for command in commands for word in ("-r", command)]
        self._process = subprocess.Popen(
            ["weechat-headless", "-d", str(self.folder), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )

    def type(self, line: str) -> None:
        wait_for("fifo", lambda: " ".join(path.name for path in self.folder.glob("weechat_fifo_*")))
        [fifo] = self.folder.glob("weechat_fifo_*")
        with fifo.open("w", encoding="utf-8") as pipe:
            pipe.write(f"irc.tea.#tea *{line}\n")

    def seen(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("logs/*.log")))

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


class Limnoria(Program):
    """A bot, as its framework comes: it answers to @echo, and writes down what happens in the room."""

    nick = "limnoria"

    def start(self) -> None:
        settings = {
            "nick": self.nick,
            "ident": self.nick,
            "networks": "tea",
            "networks.tea.servers": f"127.0.0.1:{self.port}",
            "networks.tea.channels": "#tea",
            "networks.tea.ssl": "False",
            "networks.tea.sasl.username": self.nick,
            "networks.tea.sasl.password": PASSWORD,
            "reply.whenAddressedBy.chars": "@",
            "plugins": "ChannelLogger Owner Misc Utilities User",
            "plugins.ChannelLogger": "True",
            "plugins.ChannelLogger.flushImmediately": "True",
            "plugins.ChannelLogger.enable": "True",
            "plugins.Owner": "True",
            "plugins.Misc": "True",
            "plugins.Utilities": "True",
            "plugins.User": "True",
            "drivers.maxReconnectWait": "1.0",
            **{f"directories.{name}": str(self.folder / name) for name in ("conf", "data", "log", "backup")},
        }
        config = self.folder / "bot.conf"
        config.write_text("".join(f"supybot.{name}: {value}\n" for name, value in settings.items()))
        allowed = ["--allow-root"] if os.getuid() == 0 else []
        self._output = (self.folder / "output.txt").open("wb")
        self._process = subprocess.Popen(
            ["supybot", *allowed, str(config)], cwd=self.folder, stdout=self._output, stderr=self._output
        )

    def type(self, line: str) -> None:
        raise NotImplementedError("a bot is spoken to in the room")

    def seen(self) -> str:
        logs = sorted((self.folder / "log").rglob("*.log"))
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in logs)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._output.close()
