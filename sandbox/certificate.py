"""A self-made certificate for the sandbox's servers with TLS: kept with the data, made anew before it ends."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST_NAME = "localhost"
LOOPBACK = "127.0.0.1"
VALID = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """`certificate` is what clients must believe, `key` only the server reads."""

    certificate: Path
    key: Path


def certificate_files(folder: Path) -> CertificateFiles:
    """Return where the certificate is, or will be."""
    return CertificateFiles(folder / "smtp-certificate.pem", folder / "smtp-key.pem")


def ensure_certificate(folder: Path) -> CertificateFiles:
    """Make the certificate unless there is one that stays good for a while."""
    files = certificate_files(folder)
    if not _is_good(files):
        folder.mkdir(parents=True, exist_ok=True)
        _make(files)
    return files


def _is_good(files: CertificateFiles) -> bool:
    if not files.certificate.is_file() or not files.key.is_file():
        return False
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    return certificate.not_valid_after_utc > datetime.now(UTC) + RENEWED_BEFORE


def _make(files: CertificateFiles) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Postroom sandbox")])
    now = datetime.now(UTC)
    names = [x509.DNSName(HOST_NAME), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    pem = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    files.certificate.write_bytes(certificate.public_bytes(encoding))
