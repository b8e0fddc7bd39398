"""How the server does: /metrics and /healthz, over a real connection; what the alerts and the dashboard ask for."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from running import PATIENCE

from chatroom.core.refusals import Refused, Why
from chatroom.server import metrics
from chatroom.server.figures import Timing
from chatroom.wire.http import Request

DEPLOY = Path(__file__).parents[2] / "deploy"
_EXPRESSION = re.compile(r'^ +expr: (.+)$|"expr": "((?:[^"\\\\]|\\\\.)*)"', re.MULTILINE)
_OURS = re.compile(r"\b((?:chatroom|process)_\w+)\b")


def get(house, path, method="GET"):
    return metrics.answer(house, metrics.registry_of(house), Request(method, path, path, {}, {}))


def samples(house):
    """All that a scrape says: values by name and labels."""
    text = get(house, "/metrics").body.decode()
    return {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_people_and_talk(scene):
    alice, bob = scene.irc("alice").join("#tea"), scene.irc("bob").join("#tea")
    scene.plain("carol")
    alice.send("PRIVMSG #tea :hello", "PRIVMSG #nowhere :hello")
    bob.expect("hello")
    found = samples(scene.house)
    assert found["chatroom_connections", "irc", "tcp"] == 2
    assert found["chatroom_connections", "plain", "tcp"] == 1
    assert (found["chatroom_people",], found["chatroom_rooms",], found["chatroom_members",]) == (3, 2, 3)
    assert found["chatroom_events_total", "said"] == 1
    assert found["chatroom_deliveries_total",] >= 2
    assert found["chatroom_refused_total", "NO_SUCH_ROOM"] == 1
    assert found["chatroom_commit_seconds_count",] == found["chatroom_commit_seconds_bucket", "+Inf"] > 0
    assert found["chatroom_flush_seconds_count",] > 0
    assert found["chatroom_file_bytes", "log"] > 0


def test_slow_readers(new_house):
    scene = new_house(limits={"outbox_bytes": 4096})
    slow, alice = scene.irc("slow", buffer=4608).join("#tea"), scene.irc("alice").join("#tea")
    for _ in range(40):
        alice.send(*[f"PRIVMSG #tea :{'x' * 300}"] * 10)
        alice.fence()
    found = samples(scene.house)
    assert found["chatroom_lagging_readers",] == 1
    assert found["chatroom_outbox_bytes",] > 4096
    slow.close()


def test_no_label_holds_what_people_choose(scene):
    scene.irc("alice-the-first").join("#teahouse")
    text = get(scene.house, "/metrics").body.decode()
    assert "alice" not in text
    assert "teahouse" not in text
    assert "192.0.2" not in text


def test_bytes_are_the_kernels_and_stay_when_a_connection_ends(start_server):
    server = start_server(metrics={"listen": ["http://127.0.0.1:0"]})
    port = int(re.search(r"metrics and health: http://127\.0\.0\.1:(\d+)/metrics", "\n".join(server.output))[1])

    def sent():
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        client.request("GET", "/metrics")
        text = client.getresponse().read().decode()
        client.close()
        return float(re.search(r"^chatroom_sent_bytes_total (\S+)$", text, re.MULTILINE)[1])

    before = sent()
    alice = server.irc("alice")
    during = sent()
    alice.send("QUIT")
    alice.expect_end()
    assert before < during <= sent()


# ---- health


def test_health(scene):
    for path in ("/healthz", "/healthz/ready", "/healthz/live"):
        assert get(scene.house, path).status == 200
    assert get(scene.house, "/nothing").status == 404
    assert get(scene.house, "/metrics", "POST").status == 405


def test_a_disk_that_refuses_is_not_ready_but_alive(scene):
    scene.house.chat.sealed = Refused(Why.DISK)
    answer = get(scene.house, "/healthz")
    assert (answer.status, json.loads(answer.body)["disk"]) == (503, "refuses")
    assert get(scene.house, "/healthz/live").status == 200
    assert samples(scene.house)["chatroom_disk_refuses",] == 1


# ---- what is counted


def test_a_timing_counts_below_each_bound():
    timing = Timing()
    for seconds in (0.0001, 0.0002, 3.0):
        timing.note(seconds)
    found = dict(timing.cumulated())
    assert (found["0.0001"], found["0.00025"], found["2.5"], found["+Inf"]) == (1, 2, 2, 3)
    assert timing.seconds == pytest.approx(3.0003)


# ---- what is asked for


def there_are(scene):
    alice = scene.irc("alice").join("#tea")
    alice.send("PRIVMSG #nowhere :hello")
    alice.fence()
    (scene.house.backups / "chatroom-2026-11-22T12-00-00Z.db").touch()
    return {name for name, *_ in samples(scene.house)}


@pytest.mark.parametrize("name", ["prometheus/alerts.yml", "grafana/chatroom.json"])
def test_only_metrics_are_asked_for_that_there_are(scene, name):
    asked = set(_OURS.findall("\n".join(_expressions((DEPLOY / name).read_text()))))
    assert asked
    assert asked - there_are(scene) == set()


def _expressions(text):
    """The PromQL in an alert file or a dashboard."""
    return [first or second for first, second in _EXPRESSION.findall(text)]
