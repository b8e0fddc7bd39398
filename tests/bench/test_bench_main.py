"""The suite that compares servers, end to end against a small server in a process of its own."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from gevent import subprocess

from bench.crowd import Outcome
from bench.report import BEGIN, END, cells, markdown, write
from bench.results import Results, Spread
from bench.servers import servers
from bench.trial import Sizes
from bench.works.table import WORKS

ROOT = Path(__file__).parents[2]
SMALL = "--rounds 1 --processes 2 --limit 20 --reference first".split()
SIZES = [
    "members=20",
    "seconds=0.2",
    "burst=200",
    "senders=2",
    "joiners=20",
    "idle=20",
    "held=20",
    "latency_seconds=0.2",
]


def bench(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    out, err = process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def peers(tmp_path):
    """A folder of start scripts: `peers(first="...")` adds some."""

    def add(**scripts):
        for name, text in scripts.items():
            tmp_path.joinpath(f"{name}.sh").write_text(text)
        return ["--peers", str(tmp_path)]

    return add


def small_server():
    return f'exec "{sys.executable}" "{ROOT}/tests/load/small_irc_server.py" "$1"\n'


def test_two_servers_in_one_run(peers):
    sizes = [word for size in SIZES for word in ("--set", size)]
    works = [word for name in ("paced", "flood") for word in ("--work", name)]
    folder = peers(first=small_server(), second=small_server())
    status, out, err = bench(*SMALL, *works, *sizes, "--json", "-", *folder)
    assert status == 0, err
    result = json.loads(out)
    assert [row["server"] for row in result["figures"]] == ["first", "second"]
    assert all(row["flood_rate"] > 0 and row["paced_p99_ms"] > 0 for row in result["figures"])
    assert "flood of 200 messages" in result["table"][2][0]


def test_a_server_that_does_not_start_is_told_with_its_words_and_does_not_stop_the_others(peers):
    folder = peers(first=small_server(), wrong="echo no such luck; exit 3\n")
    sizes = [word for size in SIZES for word in ("--set", size)]
    status, out, err = bench(*SMALL, "--work", "flood", *sizes, "--json", "-", *folder)
    assert status == 1
    assert "no such luck" in err
    assert [row["server"] for row in json.loads(out)["figures"]] == ["first"]


def test_a_server_that_is_not_installed_is_left_out(peers):
    status, _, err = bench("--work", "flood", *peers(absent="# needs: nosuchserver\n"))
    assert status == 2
    assert "nosuchserver is not installed" in err


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--work", "nothing"], "no such work"),
        (["--server", "nobody"], "no start script"),
        (["--rounds", "0"], "above 0"),
        (["--set", "members"], "equals sign"),
        (["--set", "height=3"], "give one of"),
        (["--set", "members=2", "--set", "senders=3"], "no more senders"),
    ],
)
def test_wrong_use(peers, arguments, advice):
    status, _, err = bench(*arguments, *peers(first=small_server()))
    assert status == 2
    assert advice in err


def test_each_server_has_a_script_that_says_what_it_needs():
    needs = {server.name: (server.needs, server.package) for server in servers()}
    assert needs["inspircd"] == ("inspircd", "inspircd")
    assert needs["chatroom-os"] == ("", "")


def test_ratios_are_taken_within_a_round():
    results = Results()
    for number, (ours, theirs) in enumerate([(2.0, 1.0), (30.0, 10.0), (4.0, 4.0)]):
        results.add(number, "ours", {"paced_us": ours})
        results.add(number, "theirs", {"paced_us": theirs})
    assert results.ratios("ours", "theirs", "paced_us") == Spread(2.0, 1.0, 3.0)
    assert results.values("nobody", "paced_us") is None
    lines = cells(results, WORKS["paced"].rows, ["ours", "theirs"], "theirs", Sizes())
    assert lines[1][1] == "4 = 2.00 x [1-3]"


def test_percentiles_count_messages():
    outcome = Outcome(10, 10, 10, 1.0, Counter({1000: 98, 5000: 2}), 0.0, 0.1, 10, Counter())
    assert outcome.latency_ms(50) == 1.0
    assert outcome.latency_ms(99) == 5.0


def test_the_page_is_written_between_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write(markdown([["work", "ours", "goal"], ["paced", "1", ""]], ["Noted."]), page)
    assert page.read_text().startswith(f"before\n{BEGIN}\n| work | ours | goal |")
    assert page.read_text().endswith(f"Noted.\n{END}\nafter\n")
    page.write_text("no marks")
    with pytest.raises(ValueError, match="lacks"):
        write("text", page)
