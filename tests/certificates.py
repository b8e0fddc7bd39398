"""Certificates for tests, made in a moment: each is signed by its own key."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import gevent.ssl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Pem = serialization.Encoding.PEM


class Pair(NamedTuple):
    """Two PEM files, and the certificate's SHA-256 fingerprint."""

    certificate: Path
    key: Path
    fingerprint: str

    @property
    def settings(self) -> dict[str, str]:
        """As [tls] has them."""
        return {"certificate": str(self.certificate), "key": str(self.key)}


def make(folder: Path, name: str = "localhost", days: int = 30, password: bytes = b"") -> Pair:
    """A certificate for `name` and 127.0.0.1 that ends in `days` days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key", made.fingerprint(hashes.SHA256()).hex())
    pair.certificate.write_bytes(made.public_bytes(Pem))
    pair.key.write_bytes(key.private_bytes(Pem, serialization.PrivateFormat.PKCS8, secret))
    return pair


def client_context(server: Pair, own: Pair | None = None, cooperative: bool = False) -> ssl.SSLContext:
    """For a client that trusts `server` alone, and shows its `own` certificate if it has one."""
    kind = gevent.ssl.SSLContext if cooperative else ssl.SSLContext
    context = kind(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(server.certificate)
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return context
