"""The guard: the same work counts the same, and what grows is named."""

import json

from bench import guard


def test_counting_twice_gives_the_same():
    assert guard.bytecodes() == guard.bytecodes()


def test_what_grew_too_much_is_named():
    complaints = guard.compare("counted", {"a JOIN": 106.0, "a PART": 104.0}, {"a JOIN": 100.0, "a PART": 100.0})
    assert len(complaints) == 1
    assert "a JOIN takes 6.0 % more" in complaints[0]


def test_what_has_no_record_is_said_and_not_judged(capsys):
    assert guard.compare("counted", {"a JOIN": 106.0}, None) == []
    assert "nothing is recorded" in capsys.readouterr().out


def test_the_status_tells(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(guard, "bytecodes", lambda: {"a JOIN": 100.0})
    file = tmp_path / "guard.json"
    given = ["--only-bytecodes", "--file", str(file)]
    assert guard.main([*given, "--record"]) == 0
    assert guard.main(given) == 0
    [how] = json.loads(file.read_text())
    file.write_text(json.dumps({how: {"a JOIN": 90.0}}))
    assert guard.main(given) == 1
    assert "a JOIN takes 11.1 % more" in capsys.readouterr().err
