from __future__ import annotations

import ssl

import pytest

from portal.smtp import connecting
from tests.certificates import make_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def believed(authority, monkeypatch):
    """The authority of the tests, believed by clients like any other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate_file))
    connecting.tls_context.cache_clear()
    assert isinstance(connecting.tls_context(), ssl.SSLContext)
    yield authority
    connecting.tls_context.cache_clear()
