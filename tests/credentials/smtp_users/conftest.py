from __future__ import annotations

import pytest

from tests.doubles.iam import MotoIam, moto_iam


@pytest.fixture
def iam_double(settings, tmp_path):
    """IAM as moto plays it, with logins that go by what is on it; own keys to seal with."""
    with moto_iam(settings, tmp_path, kind=MotoIam) as double:
        yield double


__all__ = ["MotoIam"]
