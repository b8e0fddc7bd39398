"""Names that look alike are one name to the eye, so they are one to the server."""

from __future__ import annotations

import pytest

from chatroom.server.confusables import skeleton
from chatroom.server.precis import look


@pytest.mark.parametrize(
    ("name", "other"),
    [("evan", "\u0435van"), ("paypal", "paypa1"), ("bob", "b0b"), ("modem", "rnodern"), ("\u00e9ve", "e\u0301ve")],
)
def test_names_that_look_alike(name: str, other: str) -> None:
    assert look(name) == look(other)


@pytest.mark.parametrize(("name", "other"), [("alice", "bob"), ("tea", "tee"), ("e", "\u00e9"), ("n", "m")])
def test_names_that_do_not(name: str, other: str) -> None:
    assert look(name) != look(other)


@pytest.mark.parametrize("name", ["evan", "\u0435van", "\u4e2d\u6587", "", "\u00df", "\u2126hm"])
def test_a_skeleton_is_its_own(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
