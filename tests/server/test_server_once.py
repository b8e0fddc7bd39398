"""A message with a key is said once, over connections, nicks and restarts."""

from __future__ import annotations

from running import ServerProcess
from traffic import said_on_disk

from chatroom.core.events import Said, Who
from chatroom.core.names import fold_ascii
from chatroom.core.once import TAG, Once

KEY = "0123456789abcdef"
CAPABILITIES = "message-tags,echo-message,batch,labeled-response,chatroom/once"


def test_a_key_is_known_over_a_kill_and_under_another_nick(server: ServerProcess) -> None:
    ada = server.irc("ada", CAPABILITIES).join("#tea")
    ada.send(f"@+chatroom/once={KEY} PRIVMSG #tea :hello")
    msgid = ada.expect("msgid=([^;]+).* PRIVMSG #tea")[1]
    server.kill9()
    server.start()
    ada = server.irc("ada_", CAPABILITIES).join("#tea")
    ada.send(f"@label=1;+chatroom/once={KEY} PRIVMSG #tea :hello", f"@+chatroom/once={KEY[::-1]} PRIVMSG #tea :hello")
    assert ada.expect("label=1.*msgid=([^;]+).* :ada!.* PRIVMSG #tea")[1] == msgid
    assert ada.expect("msgid=([^;]+).* PRIVMSG #tea")[1] != msgid
    server.terminate()
    assert list(said_on_disk(server).values()) == ["hello", "hello"]


def test_only_the_last_keys_are_remembered() -> None:
    once = Once(fold_ascii, kept=2)
    tags = [((TAG, KEY + digit),) for digit in "abc"]
    for number, some in enumerate(tags, 1):
        once.note(number, Said(Who("ada", "u", "h"), "#Tea", "hello", tags=some))
    assert [once.find(some, "#tea") for some in tags] == [0, 2, 3]
    assert once.find(tags[2], "#den") == 0
