"""Certificates for servers of tests: an authority of their own, and what it signs."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; `certificate_file` is what clients must believe."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def certificate_file(self) -> Path:
        return self.folder / "authority.pem"

    def server_context(self, host: str, *, valid_days: int = 2, is_self_signed: bool = False) -> ssl.SSLContext:
        """What a server called `host` shows; a negative `valid_days` has run out."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        ends_at = now + timedelta(days=valid_days)
        issuer = _name(host) if is_self_signed else self.certificate.subject
        builder = _builder(host, key, issuer).add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        builder = builder.not_valid_before(min(now, ends_at) - timedelta(days=2)).not_valid_after(ends_at)
        certificate = builder.sign(key if is_self_signed else self.key, hashes.SHA256())
        file = self.folder / f"{host}{valid_days}{is_self_signed}.pem"
        file.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def make_authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of tests")
    now = datetime.now(UTC)
    builder = _builder("Authority of tests", key, name).not_valid_before(now - timedelta(days=9))
    builder = builder.not_valid_after(now + timedelta(days=9)).add_extension(x509.BasicConstraints(True, 0), True)
    certificate = builder.sign(key, hashes.SHA256())
    authority = Authority(folder, key, certificate)
    authority.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return authority


def _builder(subject: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(issuer)
    return builder.public_key(key.public_key()).serial_number(x509.random_serial_number())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())
