"""TLS: the certificate, and the layer that turns the wire's bytes into what is inside and back.

Strategy: no I/O here. A layer is fed what came and gives what is to be sent, so a connection keeps its own socket, a
handshake is a part of reading, and one that stalls concerns nobody else. Each certificate gets a context of its own
that is never changed: a renewed one is loaded beside it and then takes its place, and who is connected stays so.

The library is pyOpenSSL, as the standard one can't ask for a client's certificate without judging who signed it: for
SASL EXTERNAL only its fingerprint counts. It is imported with this module, which only a server with a certificate does.

Sources: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates
from OpenSSL import SSL

from chatroom.server.config import ConfigError, TlsSettings

RECORD = 16384  # bytes of text in a record (RFC 8446 section 5.1)
_OVERHEAD = 512  # bytes that become of a text on its way into records, at most, for texts of some records


class Tls:
    """What the server proves itself with. Raises ConfigError when the files can't be used.

    `expires` is when the certificate does.
    """

    def __init__(self, settings: TlsSettings) -> None:
        leaf, *chain = _certificates(settings.certificate)
        self.expires: datetime = leaf.not_valid_after_utc
        self._context = context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE)
        context.set_mode(SSL.MODE_RELEASE_BUFFERS)  # an idle connection keeps none
        context.set_session_id(b"chatroom")  # without one no session with a client's certificate can be resumed
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # ask; take any, and none too
        _prove_with(context, leaf, settings)
        for issuer in chain:
            context.add_extra_chain_cert(issuer)

    def validity(self, now: datetime) -> str:
        """Until when the certificate is valid, in words; with what to do when it was."""
        day = f"{self.expires:%Y-%m-%d}"
        if now < self.expires:
            return f"valid until {day}"
        return f"EXPIRED on {day}: clients will refuse it; renew it, then send SIGHUP"

    def layer(self, asks: bool = True) -> TlsLayer:
        """A layer for one connection. `asks` for the client's certificate: browsers had better not be asked."""
        connection = SSL.Connection(self._context, None)
        if not asks:
            connection.set_verify(SSL.VERIFY_NONE)
        return TlsLayer(connection)


def _certificates(path: str) -> list[Certificate]:
    """The server's own certificate, and those it is signed with."""
    try:
        return load_pem_x509_certificates(_content("certificate", path))
    except ValueError as error:
        raise ConfigError(
            [f"tls.certificate: {path} holds no certificate. Give a PEM file, with -----BEGIN CERTIFICATE-----."]
        ) from error


def _prove_with(context: SSL.Context, leaf: Certificate, settings: TlsSettings) -> None:
    """Put the certificate and its key into a context. Raises ConfigError."""
    path = settings.key
    try:
        key = load_pem_private_key(_content("key", path), None)
        context.use_certificate(leaf)
        context.use_privatekey(key)  # type: ignore[arg-type]  # one of a kind that TLS has no use for is refused
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            [f"tls.key: {path} holds no key that can be used. Give a PEM file with a private key that has no password."]
        ) from error
    except SSL.Error as error:
        raise ConfigError(
            [
                f"tls.key: {path} does not belong to the certificate in {settings.certificate} ({_reason(error)})."
                " Give the key it was made with."
            ]
        ) from error


def _content(key: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(
            [f"tls.{key}: {path} can't be read ({error.strerror}). Give a PEM file that the server's user can read."]
        ) from error


def _reason(error: SSL.Error) -> str:
    """Why OpenSSL refuses, in its words."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return ", ".join(words[-1] for words in reasons) or "unknown reason"


class TlsLayer:
    """The server's side of one connection: bytes of the wire to the text inside and back.

    `is_open` after the handshake, `is_closed` when no more will come; `trouble` says why, if not by the other's wish.
    `certificate` is the SHA-256 fingerprint of the client's, in hexadecimal digits; "" when it showed none.
    """

    def __init__(self, connection: SSL.Connection) -> None:
        self._connection = connection
        self.is_open = False
        self.is_closed = False
        self.trouble = ""
        self.certificate = ""
        connection.set_accept_state()

    def receive_data(self, data: bytes) -> bytes:
        """The text in the records that `data` completes; nothing during the handshake."""
        text: list[bytes] = []
        if data:
            self._connection.bio_write(data)
        try:
            if not self.is_open:
                self._connection.do_handshake()
                self._opened()
            text.extend(self._text())
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.is_closed = True
        except SSL.Error as error:
            self.is_closed, self.trouble = True, f"TLS failed ({_reason(error)})"
        return b"".join(text)

    def _text(self) -> Iterator[bytes]:
        while True:
            yield self._connection.recv(RECORD)

    def _opened(self) -> None:
        self.is_open = True
        certificate = self._connection.get_peer_certificate()
        if certificate is not None:
            self.certificate = certificate.digest("sha256").decode().replace(":", "").lower()

    def wrapped(self, data: bytes) -> bytes:
        """`data` in records; nothing before the handshake is done or after the end."""
        if not self.is_open:
            return b""
        try:
            self._connection.sendall(data)
        except SSL.Error as error:
            self.is_closed, self.trouble = True, f"TLS failed ({_reason(error)})"
        return self._drained(len(data) + _OVERHEAD)

    def data_to_send(self) -> bytes:
        """What TLS itself owes the other side since the last call: the handshake, alerts, new keys."""
        return self._drained(RECORD)

    def _drained(self, size: int) -> bytes:
        """All that waits to be sent; `size` bytes are as a rule enough to read it in one go."""
        drained = b""
        with contextlib.suppress(SSL.WantReadError):
            while True:
                read = self._connection.bio_read(size)
                drained = drained + read if drained else read
                if len(read) < size:
                    break
        return drained

    def finish(self) -> None:
        """Say the end (close_notify): nothing is sent after it."""
        with contextlib.suppress(SSL.Error):  # in the middle of a handshake there is nothing to end
            self._connection.shutdown()
