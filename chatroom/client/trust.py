"""Whose certificate is trusted: what the system trusts, or the very one that the user has said yes to.

Strategy: a certificate is verified as usual. One that can't be is shown by its fingerprint, and if the user trusts it,
it is that one, and no other, that the server must show from then on (trust on first use); it is compared before a byte
of ours leaves. A changed certificate is never asked about: that is what an attack looks like.

Source: RFC 7469 for the idea of pinning. The SHA-256 is of the certificate as it is sent (DER), which is what
`openssl x509 -fingerprint -sha256` tells.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from typing import Any

from chatroom.client.options import Options

_SECONDS = 15.0


class Changed(ssl.SSLError):
    """The other end shows another certificate than the one that was trusted."""


def context_for(options: Options) -> ssl.SSLContext | None:
    """What TLS is to check; None without TLS."""
    if not options.tls:
        return None
    context = ssl.create_default_context()
    if options.fingerprint:  # compared by `is_pinned` instead
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint_of(transport: Any) -> str:
    """The SHA-256 of the certificate at the other end, in pairs of hexadecimal digits; "" where there is none."""
    tls = transport.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True) if tls else None
    return hashlib.sha256(certificate).digest().hex(":").upper() if certificate else ""


def is_pinned(transport: Any, options: Options) -> bool:
    """Whether the other end shows the certificate that was trusted, if one was."""
    return not (options.tls and options.fingerprint) or fingerprint_of(transport) == _plain(options.fingerprint)


def _plain(fingerprint: str) -> str:
    """A fingerprint as people write it, with colons or without, in the form of `fingerprint_of`."""
    try:
        return bytes.fromhex(fingerprint.replace(":", "")).hex(":").upper()
    except ValueError:
        return fingerprint


async def shown_by(options: Options) -> str:
    """The fingerprint of the certificate that the server shows to anybody; nothing is said to it. Raises OSError."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(_SECONDS):
        _, writer = await asyncio.open_connection(options.host, options.port, ssl=context)
    try:
        return fingerprint_of(writer)
    finally:
        writer.close()
