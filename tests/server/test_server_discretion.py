"""No log holds what somebody said, or a secret: a whole session is looked for in all of them."""

from __future__ import annotations

import base64

SECRETS = ("pot-7-secret", "new-one-secret", "door-secret", "oper-secret", "sasl-secret", "key-secret", "reg-secret")
TALK = ("marmalade", "apricot", "elderberry", "gooseberry", "quince", "medlar")


def test_no_log_holds_talk_or_secrets(start_server) -> None:
    server = start_server(server={"password": "door-secret"}, log={"level": "debug"})
    alice = server.plain("")
    alice.send("door-secret", "alice")
    alice.expect("Welcome, alice")
    alice.send(
        "/register pot-7-secret", "marmalade is here", "/msg bob apricot", "/topic #lobby elderberry", "/away quince"
    )
    alice.send("/password pot-7-secret new-one-secret", "/logout", "/login new-one-secret", "/oper root oper-secret")
    alice.send("/admin pot-7-secret", "/nosuch medlar", "/mute bob 10m gooseberry")
    alice.fence()
    bob = server.irc("", password="door-secret")
    proof = base64.b64encode(b"\0bob\0sasl-secret").decode()
    bob.send("PASS door-secret", "CAP REQ :sasl message-tags", "AUTHENTICATE PLAIN", f"AUTHENTICATE {proof}", "CAP END")
    bob.send("NICK bob", "USER bob 0 * :quince")
    bob.expect(" 001 bob ")
    bob.send(
        "REGISTER * * reg-secret", "NS IDENTIFY alice reg-secret", "JOIN #tea key-secret", "MODE #tea +k key-secret"
    )
    bob.send(
        "PRIVMSG #tea :marmalade",
        "PRIVMSG alice :apricot",
        "TOPIC #tea :elderberry",
        "BOGUS medlar",
        b"PRIVMSG #tea \xff",
    )
    bob.send("OPER root oper-secret", "QUIT :gooseberry")
    bob.expect_end()
    alice.close()
    [code] = [line.removeprefix("  /admin ") for line in server.output if line.startswith("  /admin ")]
    server.terminate()
    written = server.log + server.errors
    assert "nobody runs this server yet" in server.log
    assert [word for word in (*SECRETS, *TALK, proof, code) if word in written] == []
    assert "Traceback" not in written
