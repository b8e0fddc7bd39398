"""Real programs, a real server: only where asked for (`make test-interop`), as they must be installed."""

from __future__ import annotations

import os

import pytest

collect_ignore_glob = [] if os.environ.get("CHATROOM_INTEROP") else ["test_*.py"]


@pytest.fixture(autouse=True)
def _a_home_of_its_own(tmp_path, monkeypatch):
    """No program may read or write what is in the home of who runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMUX"):
        monkeypatch.delenv(name, raising=False)
