"""The configuration file: every setting is read, and every mistake is told with its line and what would be right."""

from __future__ import annotations

import dataclasses
import json

import pytest

from chatroom.server import config
from chatroom.server.config import ConfigError, LimitSettings, Settings, documented, load
from chatroom.server.doors import listen_problem

# For each type of setting a value that is not its default.
OTHER = {
    "ascii": "precis",
    "no": "opt-in",
    "fsync": "os",
    "text": "json",
    "info": "debug",
    "#lobby": "#hall",
    "user_modes": "+i",
    "X-Forwarded-For": "Forwarded",
}
LISTS = {
    "trusted_proxies": ["192.0.2.7", "2001:db8::/32"],
    "exempt": ["192.0.2.7"],
    "origins": ["https://other.example.net"],
}


def other_value(key, default):
    if key == "password_hash":
        return "$argon2id$"
    for known in (key, default):
        if not isinstance(known, list) and known in OTHER and not isinstance(known, bool):
            return OTHER[known]
    if key in LISTS:
        return LISTS[key]
    if isinstance(default, list):
        return ["http://127.0.0.1:7000"] if "http" in str(default) else ["tcp://127.0.0.1:7000", "unix:///chat"]
    if isinstance(default, bool):
        return not default
    return default + 1 if isinstance(default, int | float) else f"{default}x"


SETTINGS = [(table, key, default) for table, key, default, _ in documented()]


@pytest.fixture
def written(tmp_path):
    """Writes a file and returns its path."""

    def write(text):
        path = tmp_path / "chat.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def problems(written):
    """What is said of a file, its name left out."""

    def read(text):
        with pytest.raises(ConfigError) as error:
            load(written(text))
        path = written(text)
        assert str(error.value) == "\n".join(error.value.problems)
        assert all(problem.startswith(f"{path}:") for problem in error.value.problems)
        return [problem.removeprefix(f"{path}:") for problem in error.value.problems]

    return read


# ---- what is right


def test_no_file_means_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(None) == Settings()


def test_the_default_file_is_read_when_there_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chatroom.toml").write_text('[server]\nnetwork = "Here"')
    assert load(None).server.network == "Here"


def test_an_empty_file_means_the_defaults(written):
    assert dataclasses.replace(load(written("")), path=None) == Settings()


def test_defaults_that_others_rely_on():
    settings = Settings()
    assert settings.server.listen == ["tcp://[::]:6666"]
    assert (settings.server.data, settings.server.logs, settings.server.backups) == ("data", "logs", "backups")
    assert (settings.history.durability, settings.rooms.default) == ("fsync", "#lobby")
    assert settings.limits == LimitSettings(
        nick_length=32,
        rate=4.0,
        burst=20,
        connections_per_address=64,
        registration_seconds=30,
        idle_ping_seconds=90,
        outbox_bytes=1048576,
    )
    assert (settings.backups.every_minutes, settings.backups.keep) == (60, 48)


@pytest.mark.parametrize(("table", "key", "default"), SETTINGS, ids=[f"{table}.{key}" for table, key, _ in SETTINGS])
def test_each_setting_is_read(written, table, key, default):
    value = other_value(key, default)
    assert value != default
    head = "[[operators]]" if table == "operators" else f"[{table}]"
    pair = {"certificate": "c.pem", "key": "k.pem"} if table == "tls" else {}  # neither makes sense alone
    given = "".join(f"{name} = {json.dumps(one)}\n" for name, one in (pair | {key: value}).items())
    settings = load(written(f"{head}\n{given}"))
    read = settings.operators[0] if table == "operators" else getattr(settings, table)
    assert getattr(read, key) == value
    assert [getattr(read, name.name) for name in dataclasses.fields(read) if name.name != key] == [
        pair.get(name, given) for given_table, name, given in SETTINGS if given_table == table and name != key
    ]


def test_each_setting_has_a_sentence():
    for table, key, _, sentence in documented():
        assert sentence[:1].isupper() or sentence.startswith('"'), (table, key)
        assert sentence.endswith("."), (table, key)


def test_lists_are_not_shared():
    Settings().server.listen.append("unix:///x")
    assert Settings().server.listen == ["tcp://[::]:6666"]


def test_several_operators(written):
    settings = load(written('[[operators]]\nname = "a"\n[[operators]]\nname = "b"\npassword_hash = "$argon2id$h"\n'))
    assert settings.operator_hashes() == {"a": "", "b": "$argon2id$h"}


def test_a_whole_number_will_do_for_a_rate(written):
    assert load(written("[limits]\nrate = 2")).limits.rate == 2.0


def test_known_tables_without_effect_are_named(written, monkeypatch):
    monkeypatch.setattr(config, "WITHOUT_EFFECT", ("rooms", "log.keep"))
    settings = load(written('[rooms]\njoin = true\n[log]\nlevel = "info"\n[server]\nname = "b"'))
    assert settings.without_effect == ["rooms"]


# ---- what is wrong


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[limits]\nburts = 3", "2: limits.burts: unknown setting; did you mean 'burst'?"),
        ("\n\n[limit]\nburst = 3", "3: limit: unknown table; did you mean 'limits'?"),
        (
            "motd = 'hi'",
            "1: motd: unknown setting; "
            "known are server, tls, rooms, accounts, history, backups, log, limits, web, metrics, operators",
        ),
        ('[server]\nname = "x"\n\nlisten = 6666', "4: server.listen: 6666 is not possible; expected {listen}"),
        ("[server]\nname = 5", "2: server.name: 5 is not possible; expected text in quotes"),
        ("[rooms]\njoin = 'yes'", '2: rooms.join: "yes" is not possible; expected true or false'),
        (
            "[limits]\nrate = true",
            "2: limits.rate: true is not possible; expected a number, 0 or more, 1000000 at most",
        ),
        ("[limits]\nrate = -1", "2: limits.rate: -1 is not possible; expected a number, 0 or more, 1000000 at most"),
        ("[limits]\nburst = 0", "2: limits.burst: 0 is not possible; expected a whole number, 1 or more"),
        ("[limits]\nburst = 1.5", "2: limits.burst: 1.5 is not possible; expected a whole number, 1 or more"),
        (
            "[limits]\nnick_length = 65",
            "2: limits.nick_length: 65 is not possible; expected a whole number, 4 or more, 64 at most",
        ),
        (
            "[history]\ndurability = 'none'",
            '2: history.durability: "none" is not possible; expected one of "fsync", "os"',
        ),
        (
            "[server]\ncasemapping = 'ASCII'",
            '2: server.casemapping: "ASCII" is not possible; expected one of "ascii", "rfc1459", "precis"',
        ),
        ("[server]\nlisten = ['tcp://[::]:6666', 7]", "2: server.listen: {mixed} is not possible; expected {listen}"),
        ("limits = 3", "1: limits: expected a table, begun by [limits]"),
        (
            "[[operators]]\npassword_hash = 'secret'",
            "2: operators.password_hash: that is no Argon2 hash; make one with: chat-server hash-password",
        ),
        ("[operators]\nname = 'a'", "1: operators: expected tables, each begun by [[operators]]"),
        (
            "[[operators]]\npasword_hash = 1",
            "2: operators.pasword_hash: unknown setting; did you mean 'password_hash'?",
        ),
        ("[tls]\ncert = 1", "2: tls.cert: unknown setting; did you mean 'certificate'?"),
        ("[tls]\nzzz = 1", "2: tls.zzz: unknown setting; known are certificate, key, sts_seconds"),
        ("[tls]\nkey = 'k'", "1: tls: key is set, but certificate is not; expected both, the paths of two PEM files"),
        (
            "[log]\n[tls]\ncertificate = 'c'",
            "2: tls: certificate is set, but key is not; expected both, the paths of two PEM files",
        ),
        (
            "[tls]\nsts_seconds = 60",
            "1: tls: sts_seconds needs a certificate; expected certificate and key as well",
        ),
        (
            "[server]\nlisten = ['tcp://[::]:6666', 'wss://[::]:8097']",
            "1: tls: wss://[::]:8097 needs a certificate; expected certificate and key, the paths of two PEM files",
        ),
        *(
            (
                f"[limits]\ntrusted_proxies = ['::1', '{network}']",
                f'2: limits.trusted_proxies: "{network}" is no address; '
                'expected one like "192.0.2.7", or a network like "10.0.0.0/8"',
            )
            for network in ("localhost", "10.0.0.0/33", "")
        ),
        (
            "[web]\nlisten = ['http://[::]:6697']",
            "2: web.listen: browsers block port 6697, as other protocols are spoken there; "
            "expected another, such as 8066",
        ),
        (
            "[web]\nlisten = ['tcp://[::]:8066']",
            '2: web.listen: "tcp://[::]:8066" is no address to listen on; '
            "expected http or https://host:port, like http://[::]:8066",
        ),
        (
            "[web]\nlisten = ['https://[::]:8066']",
            "1: tls: https://[::]:8066 needs a certificate; expected certificate and key, the paths of two PEM files",
        ),
        (
            "[web]\norigins = ['www.example.net']",
            '2: web.origins: "www.example.net" is no origin; expected scheme and host, like "https://www.example.net"',
        ),
        ("limits.burts = 3", "1: limits.burts: unknown setting; did you mean 'burst'?"),
        ('[server]\n"nmae" = "x"', "2: server.nmae: unknown setting; did you mean 'name'?"),
        (
            "[server]\nnetwork = 'x'\nname = 'my chat'",
            '3: server.name: "my chat" is no host name; expected one like chat.example.net, of at most 63 characters',
        ),
        (
            "[server]\nname = ''",
            '2: server.name: "" is no host name; expected one like chat.example.net, of at most 63 characters',
        ),
        (
            f"[server]\nname = '{'a' * 64}'",
            f'2: server.name: "{"a" * 64}" is no host name; '
            "expected one like chat.example.net, of at most 63 characters",
        ),
        ("[server]\nlisten = []", "2: server.listen: [] is not possible; expected {listen}"),
        (
            "[server]\nuser_modes = '+zz'",
            '2: server.user_modes: "+zz" is not possible; expected letters of B, R, T, i, w, like "+i"',
        ),
        *(
            (
                f"[limits]\nrate = {given}",
                f"2: limits.rate: {shown} is not possible; expected a number, 0 or more, 1000000 at most",
            )
            for given, shown in (("1e999", "inf"), ("inf", "inf"), ("nan", "nan"), ("-inf", "-inf"))
        ),
        *(
            (
                f'[server]\n{key} = "two\\u000alines"',
                f'2: server.{key}: "two\\nlines" is not possible; expected one line without control characters',
            )
            for key in ("network", "description", "password")
        ),
        (
            "[rooms]\ndefault = 'lobby'",
            "2: rooms.default: lobby can't be a room's name: it begins with # and has no spaces or commas. Try #tea.",
        ),
    ],
)
def test_one_mistake(problems, text, problem):
    listen = 'a list of texts, like ["tcp://[::]:6666"]'
    assert problems(text) == [problem.format(listen=listen, mixed='["tcp://[::]:6666",7]')]


def test_all_mistakes_are_told_at_once_each_with_its_line(problems):
    text = (
        "[server]\nname = 1\n\n[limits]\n# rate is below\nrate = 'x'\nburts = 2\n\n[[operators]]\nnam = 'a'\n[room]\n"
    )
    assert problems(text) == [
        "2: server.name: 1 is not possible; expected text in quotes",
        '6: limits.rate: "x" is not possible; expected a number, 0 or more, 1000000 at most',
        "7: limits.burts: unknown setting; did you mean 'burst'?",
        "10: operators.nam: unknown setting; did you mean 'name'?",
        "11: room: unknown table; did you mean 'rooms'?",
    ]


def test_the_same_key_in_two_tables_is_told_with_the_right_line(problems):
    assert problems("[log]\nkeep = 5\n[backups]\nkeep = 0\n") == [
        "4: backups.keep: 0 is not possible; expected a whole number, 1 or more"
    ]


def test_what_is_no_toml_is_told_with_its_place(problems):
    assert problems("[server]\nname = chat\n") == [" is not TOML: Invalid value (at line 2, column 8)."]


def test_what_is_no_text(tmp_path):
    path = tmp_path / "chat.toml"
    path.write_bytes(b'[server]\nmotd = "\xff"\n')
    with pytest.raises(ConfigError, match=f"^{path}: is not TOML: 'utf-8' codec can't decode byte 0xff"):
        load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "none.toml")
    assert error.value.problems == [
        f"{tmp_path / 'none.toml'}: can't be read (No such file or directory). Give a file that exists with --config."
    ]


# ---- where to listen


@pytest.mark.parametrize(
    "url",
    [
        *("tcp://[::]:6666", "tcp://127.0.0.1:0", "tcp://localhost:6667", "tcp://[::1]:65535"),
        *("unix:///run/chat.sock", "unix:///a", "tls://[::]:6697", "ws://127.0.0.1:0", "wss://[::]:8097"),
    ],
)
def test_where_one_can_listen(url):
    assert listen_problem(url) == ""


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("6666", '"6666" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path'),
        (
            "localhost:6666",
            '"localhost:6666" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path',
        ),
        (
            "http://[::]:80",
            '"http://[::]:80" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path',
        ),
        ("", '"" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path'),
        ("tcp://[::]", '"tcp://[::]" lacks host or port; expected tcp://[::]:6666'),
        ("tcp://:6666", '"tcp://:6666" lacks host or port; expected tcp://[::]:6666'),
        ("unix://run/chat", '"unix://run/chat" has no path; expected unix:///path/to/socket'),
        ("unix://", '"unix://" has no path; expected unix:///path/to/socket'),
        ("wss://[::]", '"wss://[::]" lacks host or port; expected wss://[::]:6666'),
        (
            "tcp://[::]:66666",
            '"tcp://[::]:66666" is no address (Port out of range 0-65535); '
            "expected tcp://host:port, like tcp://[::]:6666",
        ),
        (
            "tcp://[::6666",
            '"tcp://[::6666" is no address (Invalid IPv6 URL); expected tcp://host:port, like tcp://[::]:6666',
        ),
    ],
)
def test_where_one_cannot_listen(url, problem):
    assert listen_problem(url) == problem


# ---- the message of the day


def test_the_motd_is_text_or_a_file_which_goes_first(tmp_path):
    settings = Settings()
    assert settings.motd_lines() == []
    settings.server.motd = "one\ntwo"
    assert settings.motd_lines() == ["one", "two"]
    (tmp_path / "motd").write_text("from\na file\n")
    settings.server.motd_file = str(tmp_path / "motd")
    assert settings.motd_lines() == ["from", "a file"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_motd_file_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "motd"
    if content:
        path.write_bytes(content)
    settings = Settings()
    settings.server.motd_file = str(path)
    with pytest.raises(ConfigError, match=f"^server.motd_file: {path} can't be read"):
        settings.motd_lines()


def test_tables_are_all_there():
    assert list(config.TABLES) == [
        "server",
        "tls",
        "rooms",
        "accounts",
        "history",
        "backups",
        "log",
        "limits",
        "web",
        "metrics",
    ]
