"""What is told of the doors; what is wrong with them is tried with the configuration."""

from __future__ import annotations

import certificates
import pytest

from chatroom.server.config import ConfigError, Settings
from chatroom.server.doors import sts


@pytest.mark.parametrize(
    ("seconds", "urls", "value"),
    [
        (0, ["tls://[::]:6697"], ""),
        (60, ["tcp://[::]:6666", "tls://[::]:6697", "tls://[::]:7000"], "duration=60,port=6697"),
        (60, ["tcp://[::]:6666", "tcp://[::]:6667"], "duration=60,port=6666"),
        (60, ["unix:///run/chat", "wss://[::]:8097"], ""),
    ],
)
def test_sts(seconds, urls, value):
    assert sts(seconds, urls) == value


def test_it_is_announced_for_the_ports_that_were_taken_and_after_a_change(new_house, tmp_path):
    pair = certificates.make(tmp_path)
    house = new_house(tls={**pair.settings, "sts_seconds": 60}).house
    assert house.server.sts == ""
    house.listens_on(["tcp://127.0.0.1:34567"])
    assert house.server.sts == "duration=60,port=34567"
    house.settings.tls.sts_seconds = 0
    house.announce_tls()
    assert house.server.sts == ""


def test_a_certificate_can_be_added_and_taken_away_while_running(new_house, tmp_path):
    house, fresh = new_house().house, Settings()
    assert house.tls is None
    fresh.tls.certificate, fresh.tls.key, _ = map(str, certificates.make(tmp_path))
    assert house.tls_after(fresh) is not None
    assert house.tls_after(Settings()) is None


def test_but_not_taken_away_from_a_door_that_needs_it(new_house, tmp_path):
    scene = new_house(tls=certificates.make(tmp_path).settings, server={"listen": ["tls://127.0.0.1:0"]})
    with pytest.raises(ConfigError, match=r"^tls: tls://127\.0\.0\.1:0 needs a certificate; "):
        scene.house.tls_after(Settings())
