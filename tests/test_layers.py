"""Imports point one way: the contracts in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from running import ROOT, environment

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_imports_point_one_way() -> None:
    found = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout
