"""irssi, weechat and a bot, each from its package, through what people do: the screens say what they would see."""

from __future__ import annotations

import pytest
from programs import PASSWORD, Irssi, Limnoria, Program, Weechat
from running import IrcClient, ServerProcess

CAPABILITIES = "server-time message-tags account-tag extended-join account-notify"
GREETING, ANSWER = "grüß dich, こんにちは 🍵", "žlutý kůň úpěl ďábelské ódy 🐎"


@pytest.fixture
def server(start_server) -> ServerProcess:
    return start_server()


@pytest.fixture
def friend(server: ServerProcess) -> IrcClient:
    """Somebody who was in #tea first, and said something before anybody else came."""
    friend = server.irc("friend", CAPABILITIES).join("#tea")
    friend.send("PRIVMSG #tea :said before you came")
    friend.fence()
    return friend


def register(server: ServerProcess, nick: str) -> None:
    """Make an account called `nick`."""
    with server.irc(nick, "draft/account-registration") as client:
        client.send(f"REGISTER * * :{PASSWORD}")
        client.expect(f"REGISTER SUCCESS {nick} ")
        client.send("QUIT")
        client.expect_end()


@pytest.fixture(params=[Irssi, Weechat])
def program(request, tmp_path, server, friend):
    """A person's program, connected, logged in, and in #tea."""
    register(server, request.param.nick)
    program: Program = request.param(tmp_path / "program", server)
    program.start()
    yield program
    program.end()


@pytest.fixture
def bot(tmp_path, server, friend):
    register(server, Limnoria.nick)
    bot = Limnoria(tmp_path / "bot", server)
    bot.start()
    yield bot
    bot.end()


def joined(friend: IrcClient, program: Program) -> None:
    """The program came in, and by its account."""
    friend.expect(rf":{program.nick}!\S+ JOIN #tea {program.nick} ")


def is_here(friend: IrcClient, program: Program) -> None:
    """The program has come in, before or after the friend."""
    friend.send("NAMES #tea")
    friend.expect(rf" 353 \S+ = #tea :.*\b{program.nick}\b|:{program.nick}!\S+ JOIN #tea ")


def test_a_day_in_the_room(program: Program, server: ServerProcess, friend: IrcClient) -> None:
    joined(friend, program)
    program.sees("You are now logged in|logged in as|SASL authentication")
    turn_to_room(program)
    program.sees("said before you came")

    friend.send(f"PRIVMSG #tea :{GREETING}")
    program.sees(f"friend.*{GREETING}")
    program.type(ANSWER)
    assert friend.expect(rf"account={program.nick}.* PRIVMSG #tea :(.*)")[1] == ANSWER

    friend.send("NICK pal")
    program.sees("friend is now known as pal|friend.*pal")
    program.type("/nick somebody")
    friend.expect(rf":{program.nick}!\S+ NICK somebody")
    program.sees("somebody")
    program.type("/me nods")
    friend.expect("PRIVMSG #tea :\x01ACTION nods\x01")

    friend.send("KICK #tea somebody :no coffee here")
    program.sees("kicked.*no coffee here")
    program.type("/join #tea")
    friend.expect(r":somebody!\S+ JOIN #tea")


def test_coming_back(program: Program, server: ServerProcess, friend: IrcClient) -> None:
    joined(friend, program)
    server.kill9()
    server.start(server.port)
    again = server.irc("friend", CAPABILITIES).join("#tea")
    again.sock.settimeout(60)  # programs take their time between two tries
    is_here(again, program)
    again.send("PRIVMSG #tea :back again")
    turn_to_room(program)
    program.sees("back again")


def test_the_bot_answers(bot: Limnoria, friend: IrcClient) -> None:
    joined(friend, bot)
    friend.send(f"PRIVMSG #tea :@echo {GREETING}")
    assert friend.expect(rf":{bot.nick}!\S+ PRIVMSG #tea :(.*)")[1] == GREETING
    bot.sees(f"<friend> @echo {GREETING}")
    friend.send("NICK pal")
    bot.sees("friend is now known as pal")
    friend.send(f"KICK #tea {bot.nick} :no bots here")
    bot.sees(f"{bot.nick} was kicked.*no bots here")


def test_the_bot_comes_back(bot: Limnoria, server: ServerProcess, friend: IrcClient) -> None:
    joined(friend, bot)
    server.kill9()
    server.start(server.port)
    again = server.irc("friend", CAPABILITIES).join("#tea")
    is_here(again, bot)
    again.send("PRIVMSG #tea :said again")
    bot.sees("said again")


def turn_to_room(program: Program) -> None:
    if isinstance(program, Irssi):
        program.turn_to(2)
