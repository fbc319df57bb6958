"""KMS fails during a whole campaign; and nowhere lies a secret in the clear. Long: `python -m tests.crash.kms_away`."""

from __future__ import annotations

import pytest
from django.conf import settings as all_settings
from django.db import connection

from tests.crash.kms_away import own_kms_key, prove, send_campaign
from tests.doubles.ses import SesInMemory

pytestmark = pytest.mark.django_db


def test_an_outage_of_kms_stops_no_campaign_and_nothing_secret_is_written(iam_double, settings, monkeypatch, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("the bytes of a database can be had from SQLite only")
    settings.SEND_GRACE_S = 0
    ses = SesInMemory()
    monkeypatch.setattr("portal.aws.ses.send_bulk_email", ses.send_bulk_email)
    monkeypatch.setattr("portal.aws.ses.send_raw_email", ses.send_raw_email)
    monkeypatch.setattr("campaigns.sending.identities.verified_identities", lambda: {"postroom.example"})
    with own_kms_key(settings):
        report = prove(
            iam_double, people=30, send=send_campaign, secrets=iam_double.secrets,
            read_database=connection.connection.serialize, folders=(tmp_path, all_settings.DATA_DIR),
        )  # fmt: skip
    assert report.is_good, str(report)
    assert report.asked_by_campaign == 0
    assert "canary-3" in connection.connection.serialize().decode("latin-1")  # it is the real thing that was searched
