"""Seconds of fuzzing, and every input that was ever kept; `make fuzz SECONDS=60` goes on for longer."""

from __future__ import annotations

import pytest
from fuzz_inputs import corpus, inputs
from fuzz_targets import TARGETS
from hypothesis import given, settings


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_kept(name):
    kept = corpus(name)
    assert kept, f"tests/corpus/fuzz.toml has nothing for {name}"
    for data in kept:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_new(name):
    check = given(inputs(name))(settings(max_examples=15 if name in ("sessions", "sasl") else 100)(TARGETS[name]))
    check()
