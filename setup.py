"""Packaging. Ranges live here, the exact versions `make` installs live in constraints.txt."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent

REQUIRES = [
    "gevent>=25.9",  # the event loop and StreamServer: the fastest loop under blocking-style Python
    "apsw>=3.51.3",  # SQLite with its own, current build: the system's may lose rows at a checkpoint
    "loguru>=0.7.3",  # log files that rotate, expire and compress by themselves
    "msgspec>=0.19",  # typed JSON for the log in under a microsecond, and checked configuration values
    "argon2-cffi>=25.1",  # Argon2id, so that passwords stand nowhere as they are
    "scramp>=1.4.5",  # the server's side of SCRAM-SHA-256, by which a client need not show its password
    "pyOpenSSL>=25.1",  # TLS without I/O that asks for clients' certificates and judges only their fingerprints
    "cryptography>=44",  # what pyOpenSSL stands on; reads keys and certificates for it
    "websockets>=15",  # the WebSocket protocol without I/O, for IRC in the browser
    "h11>=0.16",  # HTTP/1.1 without I/O, for the page and for scripts
    "prometheus-client>=0.22",  # /metrics in the form that Prometheus reads
    "precis-i18n>=1.1",  # RFC 8265 names, for casemapping = "precis"
    "confusable-homoglyphs>=3.3",  # Unicode's table of characters that look alike
    "prompt_toolkit>=3.0.50",  # the client's screen and line editor: input stays whole while lines arrive
    "wcwidth>=0.5",  # the cells that a text takes on a terminal, and where one may cut it
    "rich>=14",  # the load test's progress bar and table
    "hdrhistogram>=0.10.3",  # latency percentiles without keeping every sample
]

TEST = [
    "pytest>=8",
    "pytest-timeout>=2.3",  # a test that hangs fails and says where
    "pytest-xdist>=3.6",  # the suite on all cores
    "hypothesis>=6.100",  # properties: any bytes, any order
    "coverage>=7.6",
    "ruff>=0.9",
    "mypy>=1.14",
    "types-gevent>=24.11",
    "import-linter>=2.1",  # the layers of docs/architecture.md, enforced
]

BROWSER = [
    "playwright>=1.50",  # drives the browser through which the page is tested; the browser is Debian's own
    "axe-playwright-python>=0.1.7",  # axe-core, which finds what keeps people out
]

BENCH = [
    "matplotlib>=3.9",  # the pictures of how cost grows
]

KEYRING = [
    "keyring>=25",  # the client's passwords from the system's keyring; without it they are asked for
]

[VERSION] = re.findall(r'__version__ = "(.+)"', (ROOT / "chatroom/__init__.py").read_text())

setup(
    name="chatroom",
    version=VERSION,
    description="One room reached by nc, any IRC program and its own client; what you saw is on disk.",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["chatroom", "chatroom.*"]),
    package_data={"chatroom": ["py.typed", "web/static/*", "web/static/**/*"]},
    scripts=["bin/chat-server", "bin/chat-client", "bin/chat-load"],
    install_requires=REQUIRES,
    extras_require={"test": TEST, "bench": BENCH, "browser": BROWSER, "keyring": KEYRING},
    classifiers=[
        "Environment :: Console",
        "Topic :: Communications :: Chat :: Internet Relay Chat",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
    ],
)
