from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from credentials.encryption.services import seal, unseal
from credentials.grants import health
from credentials.grants.models import TABLE, GrantEvent, Health, OAuthGrant
from credentials.grants.services import check_due_grants, check_grant, disconnect, try_again
from credentials.grants.tokens import access_token, claim_token_call
from portal.alerts.models import Alert
from portal.errors import Conflict, Unavailable
from portal.google.errors import PermissionLost
from tests.factories.gmail import make_grant

pytestmark = pytest.mark.django_db
ANNA = "anna@gmail.example"
HOUR_S = 3600


def grant_with(google, **asked):
    return make_grant(ANNA, refresh_token=google.grant(ANNA, **asked))


def looked_at(grant: OAuthGrant) -> OAuthGrant:
    OAuthGrant.objects.update(next_token_call_at=None)
    check_grant(grant.pk)
    grant.refresh_from_db()
    return grant


@pytest.mark.parametrize(
    ("left_s", "expected"),
    [
        (None, Health.UNKNOWN_EXPIRY),
        (7 * 24 * HOUR_S, Health.HEALTHY),
        (23 * HOUR_S, Health.EXPIRING),
        (HOUR_S, Health.EXPIRING),
    ],
)
def test_a_look_names_how_long_the_consent_lasts(google, left_s, expected):
    assert looked_at(grant_with(google, expires_in_s=left_s)).health == expected


@pytest.mark.parametrize(
    ("left_s", "codes"),
    [(None, set()), (25 * HOUR_S, set()), (23 * HOUR_S, {"gmail.expires_soon"}), (5 * HOUR_S, {"gmail.expires_now"})],
)
def test_the_end_is_announced_a_day_and_six_hours_before(google, left_s, codes):
    grant = grant_with(google, expires_in_s=left_s)
    for _ in range(2):
        looked_at(grant)
    assert set(Alert.objects.filter(cleared_at=None).values_list("code", flat=True)) == codes
    assert Alert.objects.count() == len(codes)


def test_a_consent_that_ended_is_revoked_with_googles_word(google):
    grant = grant_with(google)
    google.revoke(ANNA)
    assert looked_at(grant).health == Health.REVOKED
    assert grant.reason == "invalid_grant"
    with pytest.raises(PermissionLost):
        access_token(grant)


@pytest.mark.parametrize("error", ["temporarily_unavailable", "internal_failure", "invalid_client"])
def test_google_in_trouble_takes_no_permission_away(google, error):
    grant = grant_with(google)
    google.add_fault(kind="answer", error=error, operations=["token"], count=1)
    assert looked_at(grant).health == Health.UNREACHABLE
    assert grant.is_working
    assert looked_at(grant).health == Health.UNKNOWN_EXPIRY


def test_after_a_failure_nobody_asks_for_a_minute(google):
    grant = grant_with(google)
    google.add_fault(kind="answer", error="internal_failure", operations=["token"])
    check_grant(grant.pk)
    for _ in range(10):
        grant.refresh_from_db()
        with pytest.raises(Unavailable):
            access_token(grant)
        check_grant(grant.pk)
    assert len(google.calls("token")) == 1


def test_only_one_worker_may_ask_at_a_time(google):
    grant = grant_with(google)
    assert claim_token_call(grant.pk)
    assert not claim_token_call(grant.pk)


def test_a_token_is_asked_for_once_and_shared(google):
    grant = grant_with(google)
    first = access_token(grant)
    grant.refresh_from_db()
    assert access_token(grant) == first
    assert first not in grant.sealed_access_token
    assert len(google.calls("token")) == 1


def test_looks_come_every_five_minutes(google):
    grant = grant_with(google)
    assert check_due_grants() == 1
    assert check_due_grants() == 0
    OAuthGrant.objects.filter(pk=grant.pk).update(checked_at=timezone.now() - timedelta(seconds=301))
    assert check_due_grants() == 1


def test_a_consent_that_outlived_its_end_has_an_unknown_one(google):
    grant = grant_with(google)
    OAuthGrant.objects.update(refresh_expires_at=timezone.now() - timedelta(days=1))
    grant.refresh_from_db()
    assert looked_at(grant).health == Health.UNKNOWN_EXPIRY


def test_what_gmail_refuses_is_not_healed_by_a_refresh_but_by_a_persons_word(google):
    grant = grant_with(google)
    health.lose_permission(grant.pk, reason="domainPolicy")
    assert looked_at(grant).health == Health.REVOKED
    assert try_again(grant.pk, actor=User.objects.create_user("olga")).is_working


def test_a_revoked_consent_cannot_just_be_tried_again(google):
    grant = grant_with(google)
    google.revoke(ANNA)
    looked_at(grant)
    with pytest.raises(Conflict):
        try_again(grant.pk, actor=User.objects.create_user("olga"))


def test_disconnecting_ends_it_at_google_and_forgets_the_tokens(google):
    grant = grant_with(google)
    access_token(grant)
    assert disconnect(grant.pk, actor=User.objects.create_user("olga"))
    grant.refresh_from_db()
    assert (grant.health, grant.sealed_refresh_token, grant.sealed_access_token) == (Health.DISCONNECTED, "", "")
    assert len(google.calls("revoke")) == 1
    check_grant(grant.pk)
    assert len(google.calls("token")) == 1


def test_the_history_has_one_row_a_change(google):
    grant = grant_with(google)
    for _ in range(3):
        looked_at(grant)
    google.revoke(ANNA)
    for _ in range(3):
        looked_at(grant)
    assert list(GrantEvent.objects.values_list("health", flat=True)) == [Health.REVOKED]


@pytest.mark.parametrize("reason", ["invalid_grant", "domainPolicy"])
def test_google_in_trouble_does_not_make_a_lost_permission_count_as_working(google, reason):
    grant = grant_with(google)
    health.lose_permission(grant.pk, reason=reason)
    google.add_fault(kind="answer", error="internal_failure", operations=["token"], count=1)
    assert looked_at(grant).health == Health.REVOKED
    assert (grant.reason, grant.checked_at is None) == (reason, False)


def test_an_old_token_that_is_refused_takes_nothing_from_an_account_connected_again(google):
    grant = grant_with(google)
    stale = OAuthGrant.objects.get(pk=grant.pk)
    google.revoke(ANNA)
    newer = make_grant("other@gmail.example", refresh_token=google.grant(ANNA))
    OAuthGrant.objects.filter(pk=grant.pk).update(
        sealed_refresh_token=seal(unsealed(newer), table=TABLE, row=grant.row)
    )
    with pytest.raises(Unavailable):
        access_token(stale)
    grant.refresh_from_db()
    assert grant.is_working
    assert access_token(grant)


def unsealed(grant: OAuthGrant) -> str:
    return unseal(grant.sealed_refresh_token, table=TABLE, row=grant.row)
