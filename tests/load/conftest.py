import socket

import pytest


@pytest.fixture
def free_port():
    """A port that is taken for as long as the test runs, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
