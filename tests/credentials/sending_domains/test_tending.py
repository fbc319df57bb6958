"""Identities set up at SES, verified by their records, watched, and deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.records import Mark, RecordKind
from credentials.sending_domains.services import (
    Wishes,
    add_identity,
    ask_now,
    delete_identity,
    save_wishes,
    set_up_again,
    take_over,
    untaken_identities,
)
from credentials.sending_domains.tending import tend_domain, tend_due_domains
from portal.alerts.models import Alert
from portal.errors import Conflict, InvalidInput, Refused, Unavailable
from portal.models import Activity
from tests.factories.sending_domains import make_sending_domain

NAME = "news.example.org"
State = SendingDomain.State

pytestmark = pytest.mark.django_db


def tended(domain: SendingDomain) -> SendingDomain:
    """The row after a look, whenever its turn would come."""
    SendingDomain.objects.filter(pk=domain.pk).update(retry_at=None)
    tend_domain(domain.pk)
    return SendingDomain.objects.get(pk=domain.pk)


def marks(domain: SendingDomain) -> dict[str, str]:
    return dict(domain.records.values_list("kind", "mark"))


def open_alerts(code: str) -> int:
    return Alert.objects.filter(code=f"sending_domain.{code}", cleared_at=None).count()


def test_a_domain_is_set_up_and_verified_once_its_records_stand(outside, hints):
    domain = add_identity(" News.Example.org. ", actor=None, wishes=Wishes(reports_to="d@example.org"))
    hints.run_all()
    domain.refresh_from_db()

    assert (domain.name, domain.state, len(domain.dkim_tokens)) == (NAME, State.VERIFYING, 3)
    assert outside.ses.account.identity(NAME).mail_from == "mail.news.example.org"
    assert outside.ses.account.identity(NAME).configuration_set == "postroom"
    assert set(marks(domain).values()) == {Mark.MISSING}
    outside.publish(NAME)
    domain = tended(domain)

    assert (domain.state, domain.dkim_status, domain.mail_from_status) == (State.VERIFIED, "SUCCESS", "SUCCESS")
    assert marks(domain).pop(RecordKind.DMARC) == Mark.ADVICE
    assert set(marks(domain).values()) == {Mark.RIGHT, Mark.ADVICE}
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert verbs == {"sending_domain.added", "sending_domain.verified"}


def test_the_public_region_of_the_records_is_that_of_the_installation(outside):
    domain = tended(add_identity(NAME, actor=None))
    outside.names.put("mail." + NAME, "MX", ["10 feedback-smtp.us-east-1.amazonses.com"])
    row = tended(domain).records.get(kind=RecordKind.MAIL_FROM_MX)
    assert (row.mark, row.code) == (Mark.WRONG, "other_region")


def test_a_record_that_breaks_is_told_once_and_told_when_it_is_mended(outside):
    domain = tended(add_identity(NAME, actor=None))
    assert open_alerts("record_broken") == 0  # what was never right cannot break
    outside.publish(NAME)
    domain = tended(domain)
    token = f"{domain.dkim_tokens[0]}._domainkey.{NAME}"
    outside.names.put(token, "CNAME", [])
    SendingDomain.objects.update(created_at=timezone.now() - timedelta(days=30))

    domain = tended(domain)
    assert open_alerts("record_broken") == 0  # one look may have met a server in the middle of a change
    assert (domain.retry_at - timezone.now()).total_seconds() <= 300

    for _look in range(2):
        domain = tended(domain)
    alert = Alert.objects.get(code="sending_domain.record_broken")
    assert "DKIM 1 of 3" in alert.text
    assert alert.url == f"/admin/credentials/sendingdomain/{domain.pk}/"
    assert domain.records.get(kind=RecordKind.DKIM_1).broke_at is not None
    outside.names.put(token, "CNAME", [f"{domain.dkim_tokens[0]}.dkim.amazonses.com"])
    tended(domain)

    assert open_alerts("record_broken") == 0


def test_silence_of_the_name_servers_changes_no_mark_and_alerts_nobody(outside, settings, monkeypatch):
    monkeypatch.setattr("portal.dns.authority.ANSWER_S", 0.1)
    domain = tended(add_identity(NAME, actor=None))
    outside.publish(NAME)
    before = marks(tended(domain))
    settings.DNS_SERVERS = ["127.0.0.1:1"]

    domain = tended(domain)

    assert (marks(domain), domain.dns_problem) == (before, "silent")
    assert open_alerts("record_broken") == 0


def test_wishes_changed_are_told_to_ses_and_new_records_have_not_broken(outside):
    domain = tended(add_identity(NAME, actor=None))
    outside.publish(NAME)
    domain = tended(domain)

    save_wishes(domain.pk, Wishes(mail_from_label="bounce", dmarc_policy="reject"), actor=None)
    domain = tended(domain)

    assert outside.ses.account.identity(NAME).mail_from == "bounce.news.example.org"
    assert marks(domain)[RecordKind.MAIL_FROM_MX] == Mark.MISSING
    assert marks(domain)[RecordKind.DMARC] == Mark.WRONG
    assert open_alerts("record_broken") == 0


def test_setting_up_twice_asks_ses_for_nothing_twice(outside):
    domain = tended(add_identity(NAME, actor=None))
    outside.ses.calls.clear()
    set_up_again(domain.pk, actor=None)
    tended(domain)
    assert set(outside.operations()) == {"GetEmailIdentity"}


def test_an_identity_that_somebody_deleted_at_ses_is_told_and_set_up_again(outside):
    domain = tended(add_identity(NAME, actor=None))
    outside.publish(NAME)
    domain = tended(domain)
    outside.ses.account.identities.clear()

    domain = tended(domain)
    assert (domain.state, domain.is_verified, open_alerts("not_verified")) == (State.FAILED, False, 1)
    set_up_again(domain.pk, actor=None)
    domain = tended(domain)

    assert (domain.state, open_alerts("not_verified")) == (State.VERIFIED, 0)


def test_ses_is_asked_to_look_again_after_it_gave_up(outside):
    domain = tended(add_identity(NAME, actor=None))
    outside.ses.account.identity(NAME).has_failed = True
    domain = tended(domain)
    assert (domain.state, "72 hours" in domain.state_reason) == (State.FAILED, True)
    outside.publish(NAME)
    outside.ses.account.identity(NAME).is_verified = False
    set_up_again(domain.pk, actor=None)
    assert tended(domain).state == State.VERIFIED


def test_an_address_waits_for_the_link_and_its_domain_is_left_alone(outside):
    domain = tended(add_identity("Kim@Example.net", actor=None))
    assert (domain.name, domain.state, domain.mail_from) == ("kim@example.net", State.VERIFYING, "")
    outside.ses.account.identity("kim@example.net").has_failed = True
    assert "24 hours" in tended(domain).state_reason
    set_up_again(domain.pk, actor=None)
    tended(domain)  # SES writes again only to an identity that is made anew
    assert outside.operations().count("CreateEmailIdentity") == 2
    outside.ses.account.identity("kim@example.net").is_verified = True
    assert tended(domain).state == State.VERIFIED
    assert not domain.records.exists()


def test_deleting_asks_for_the_name_and_takes_it_away_at_ses_first(outside, hints):
    domain = tended(add_identity(NAME, actor=None))
    with pytest.raises(InvalidInput):
        delete_identity(domain.pk, typed="example.org", actor=None)
    delete_identity(domain.pk, typed=" News.example.org", actor=None)
    with pytest.raises(Conflict):
        delete_identity(domain.pk, typed=NAME, actor=None)
    hints.run_all()

    assert not outside.ses.account.identities
    assert not SendingDomain.objects.exists()


def test_deleting_what_ses_has_lost_already_succeeds(outside):
    domain = make_sending_domain(state=State.DELETING)
    tend_domain(domain.pk)
    assert not SendingDomain.objects.exists()


def test_identities_of_the_account_are_taken_over_as_they_are(outside):
    identity = outside.ses.account.add_identity("old.example.org", is_verified=True)
    identity.mail_from, identity.configuration_set = "return.old.example.org", "theirs"
    outside.ses.account.add_identity(NAME, is_verified=False)
    add_identity(NAME, actor=None)

    assert [each.name for each in untaken_identities()] == ["old.example.org"]
    (domain,) = take_over(["old.example.org", "stranger.example"], actor=None)
    outside.ses.calls.clear()
    domain = tended(domain)

    assert (domain.mail_from, domain.configuration_set) == ("return.old.example.org", "theirs")
    assert set(outside.operations()) == {"GetEmailIdentity"}
    assert untaken_identities() == []


@pytest.mark.parametrize(
    ("error", "state", "word"),
    [
        (Unavailable("timed out", service="ses"), State.PENDING, "could not be reached"),
        (Refused("not authorized to perform", service="ses", code="AccessDeniedException"), State.FAILED, "lacks a permission"),
        (Refused("limit of identities", service="ses", code="LimitExceeded"), State.FAILED, "limit of identities"),
    ],
)  # fmt: skip
def test_what_ses_refuses_is_said_in_words_and_tried_again_later(outside, monkeypatch, error, state, word):
    def refuse(*_args: object, **_fields: object) -> None:
        raise error

    domain = add_identity(NAME, actor=None)
    with monkeypatch.context() as broken:
        broken.setattr("portal.aws.ses_identities.create_identity", refuse)
        waits = []
        for _try in range(3):
            domain = tended(domain)
            waits.append((domain.retry_at - timezone.now()).total_seconds())
    assert (domain.state, domain.try_count) == (state, 3)
    assert word in domain.state_reason
    assert waits == sorted(waits)
    assert waits[-1] > 3 * waits[0]

    assert tended(domain).state == State.VERIFYING


def test_only_what_is_due_is_looked_at_and_each_by_one_worker(outside):
    add_identity(NAME, actor=None)
    make_sending_domain("held.example.org", lease_token="theirs", lease_until=timezone.now() + timedelta(hours=1))

    assert tend_due_domains() == 1
    assert tend_due_domains() == 0


def test_a_person_who_wants_to_know_now_is_heard_once_in_a_while(outside):
    domain = tended(add_identity(NAME, actor=None))
    assert not ask_now(domain)
    SendingDomain.objects.update(checked_at=None, refreshed_at=None, asked_at=None)
    domain.refresh_from_db()
    assert ask_now(domain)
    domain.refresh_from_db()
    assert not ask_now(domain)


@pytest.mark.parametrize("typed", ["", "localhost", "a b.example", "kim@", "@", "x" * 64 + ".example", "<b>.example"])
def test_what_is_no_domain_and_no_address_is_refused(typed):
    with pytest.raises(InvalidInput):
        add_identity(typed, actor=None)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(mail_from_label="-x"),
        Wishes(mail_from_label="a_b"),
        Wishes(reports_to="nobody"),
        Wishes(dmarc_policy="monitor"),
        Wishes(sts_mode="maybe"),
        Wishes(reports_to="a,b@example.org"),
    ],
)
def test_wishes_that_would_make_wrong_records_are_refused(wishes):
    with pytest.raises(InvalidInput):
        add_identity(NAME, actor=None, wishes=wishes)


def test_a_domain_stands_on_the_list_once():
    add_identity(NAME, actor=None)
    with pytest.raises(Conflict):
        add_identity("NEWS.example.org", actor=None)
