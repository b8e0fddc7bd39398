"""The doors of the server: what a URL to listen on may be, what it takes, and how to come in by it.

Strategy: the scheme of the URL says all: tcp takes everybody (TLS too, when there is a certificate), tls and wss TLS
only, ws and wss WebSocket only, unix is tcp by a path; http and https are for browsers. Problems are sentences, for
whoever wrote the configuration.

Source for the ports that browsers block: the Fetch standard, "Port blocking".
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, urlsplit

SCHEMES = ("tcp", "tls", "ws", "wss", "unix")
HTTP_SCHEMES = ("http", "https")
_HTTP_FULL = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
TLS_SCHEMES = ("tls", "wss", "https")  # where nothing else is spoken
WEBSOCKET_SCHEMES = ("ws", "wss")
# Where other protocols are spoken, which a page could be made to talk to.
BLOCKED_PORTS = frozenset(
    int(port)
    for port in (
        "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123"
        " 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990"
        " 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
    ).split()
)


def scheme_of(url: str) -> str:
    """What comes before ://."""
    return url.partition("://")[0]


# ---- what is wrong


def listen_problem(url: str) -> str:
    """What is wrong with a URL to listen on, or ""."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f'"{url}" is no address ({error}); expected tcp://host:port, like tcp://[::]:6666'
    if parts.scheme not in SCHEMES:
        return f'"{url}" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path'
    if parts.scheme == "unix":
        return "" if parts.path and not parts.netloc else f'"{url}" has no path; expected unix:///path/to/socket'
    if parts.hostname and port is not None:
        return ""
    return f'"{url}" lacks host or port; expected {parts.scheme}://[::]:6666'


def web_problem(url: str) -> str:
    """What is wrong with a URL to listen on for browsers, or ""."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f'"{url}" is no address ({error}); expected http://host:port, like http://[::]:8066'
    if parts.scheme not in HTTP_SCHEMES or not parts.hostname or port is None:
        return f'"{url}" is no address to listen on; expected http or https://host:port, like http://[::]:8066'
    if port in BLOCKED_PORTS:
        return f"browsers block port {port}, as other protocols are spoken there; expected another, such as 8066"
    return ""


def origin_problem(origin: str) -> str:
    """What is wrong with the origin of a page, or ""."""
    parts = urlsplit(origin)
    if parts.scheme in HTTP_SCHEMES and parts.netloc and not parts.path.strip("/"):
        return ""
    return f'"{origin}" is no origin; expected scheme and host, like "https://www.example.net"'


def network_problem(network: str) -> str:
    """What is wrong with an address or a network of them, or ""."""
    try:
        ipaddress.ip_network(network, strict=False)
    except ValueError:
        return f'"{network}" is no address; expected one like "192.0.2.7", or a network like "10.0.0.0/8"'
    return ""


def tls_problem(certificate: str, key: str, sts_seconds: int, urls: Sequence[str]) -> str:
    """What is missing in [tls] for what is asked of it, or ""."""
    if bool(certificate) != bool(key):
        given, missing = ("certificate", "key") if certificate else ("key", "certificate")
        return f"{given} is set, but {missing} is not; expected both, the paths of two PEM files"
    if certificate:
        return ""
    if needing := [url for url in urls if scheme_of(url) in TLS_SCHEMES]:
        return f"{needing[0]} needs a certificate; expected certificate and key, the paths of two PEM files"
    return "sts_seconds needs a certificate; expected certificate and key as well" if sts_seconds else ""


# ---- what is told


def sts(seconds: int, urls: Iterable[str]) -> str:
    """The value of the capability sts, for a server that has a certificate and listens on `urls`.

    It is true on any connection: over TLS it says for how long, without it where TLS is. "" when there is none to be
    announced. Source: IRCv3 sts.
    """
    ports = {scheme_of(url): urlsplit(url).port for url in reversed(list(urls))}
    port = ports.get("tls", ports.get("tcp"))
    return f"duration={seconds},port={port}" if seconds and port else ""


def join_lines(url: str, takes_tls: bool = False) -> list[str]:
    """How to join what listens on `url`, in lines that can be pasted. `takes_tls`: there is a certificate."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return [f"  join from here:       nc -U {parts.path}"]
    if parts.scheme in HTTP_SCHEMES:
        return _pages(parts, takes_tls)
    (host, elsewhere), port = _hosts(parts), parts.port or 0
    lines = _lines_for(parts.scheme, host, port)
    if elsewhere:
        lines.append(f"  from elsewhere:       {_command(parts.scheme, elsewhere, port)}")
    if takes_tls and parts.scheme == "tcp":
        lines.append(f"  over TLS:             {_command('tls', host, port)}")
    return lines


def _pages(parts: SplitResult, takes_tls: bool) -> list[str]:
    """Where browsers find the page."""
    scheme = "https" if takes_tls else parts.scheme
    here, elsewhere = _hosts(parts)
    lines = [f"  in a browser:         {scheme}://{_place(here, parts.port or 0)}/"]
    if elsewhere:
        lines.append(f"  from elsewhere:       {scheme}://{_place(elsewhere, parts.port or 0)}/")
    return lines


def _hosts(parts: SplitResult) -> tuple[str, str]:
    """How this machine is called from here; and from elsewhere, "" where it is the same."""
    address = ipaddress.ip_address(parts.hostname or "::")
    here = "localhost" if address.is_unspecified or address.is_loopback else str(address)
    return here, socket.gethostname() if address.is_unspecified else ""


def _lines_for(scheme: str, host: str, port: int) -> list[str]:
    lines = [f"  join from here:       {_command(scheme, host, port)}"]
    if scheme in WEBSOCKET_SCHEMES:
        return [*lines, f"  with a web client:    {scheme}://{_place(host, port)}"]
    if scheme == "tls":
        return [
            *lines,
            f"  with an IRC program:  weechat -r '/server add chat {host}/{port} -ssl -tls; /connect chat'",
            f"  with our client:      chat-client {_place(host, port)} --tls",
        ]
    return [
        *lines,
        f"  with an IRC program:  irssi -c {host} -p {port}",
        f"  with our client:      chat-client {_place(host, port)}",
    ]


def _command(scheme: str, host: str, port: int) -> str:
    """What joins with the least there can be."""
    if scheme in WEBSOCKET_SCHEMES:
        return f"websockets {scheme}://{_place(host, port)}"
    return f"openssl s_client -quiet -connect {_place(host, port)}" if scheme == "tls" else f"nc {host} {port}"


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def full(scheme: str, sentence: str) -> bytes:
    """What somebody is told, at a door of that scheme, for whom there is no room."""
    return f"{_HTTP_FULL if scheme in HTTP_SCHEMES else 'ERROR :'}{sentence}\r\n".encode()
