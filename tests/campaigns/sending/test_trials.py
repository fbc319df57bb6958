from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.audience.models import Contact
from campaigns.messages.models import HouseLayout, Template
from campaigns.sending import trials
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.review import review_campaign
from campaigns.sending.states import DeliveryState
from campaigns.sending.trial_results import has_changed_since, last_trial
from campaigns.sending.trials import campaign_from_template, send_tests
from portal.errors import InvalidInput
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft, a_template
from tests.factories.images import make_image
from tests.factories.sending import make_account, make_contact

pytestmark = pytest.mark.django_db


def try_out(draft: Campaign, *addresses: str, contact: Contact | None = None) -> list[Campaign]:
    return send_tests(draft, addresses or ["me@office.example"], contact_id=contact.pk if contact else None, actor=None)


@pytest.fixture
def marketer(client):
    person = User.objects.create_user("kim", email="kim@office.example", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_all_mails_of_a_test_say_the_same_under_a_marked_subject(ses, hints):
    try_out(
        a_draft(),
        "one@office.example",
        "two@office.example",
        contact=make_contact("anna@club.example", first_name="Anna"),
    )
    hints.run_all()
    assert sorted(ses.recipients()) == ["one@office.example", "two@office.example"]
    assert ses.raw_subjects() == ["[Test] Your seat, Anna"] * 2


def test_what_became_of_each_mail_is_told(ses, hints):
    draft = a_draft()  # kim2 has unsubscribed
    try_out(draft, "me@office.example", "kim2@club.example", "late@office.example")
    waiting = last_trial(draft)
    assert waiting
    assert {result.state for result in waiting.results} == {DeliveryState.QUEUED}
    hints.run_all()
    Delivery.objects.filter(address="me@office.example").update(state=DeliveryState.DELIVERED)
    trial = last_trial(draft)
    assert trial
    assert [(result.address, result.state) for result in trial.results] == [
        ("me@office.example", DeliveryState.DELIVERED),
        ("kim2@club.example", DeliveryState.SKIPPED),
        ("late@office.example", DeliveryState.ACCEPTED),
    ]
    assert trial.results[1].reason
    assert trial.results[2].ses_message_id
    assert not trial.is_final


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "# Else"),
        ("subject", "Else"),
        ("from_name", "Else"),
        ("preheader", "x"),
        ("kind", "html"),
        ("text_body", "x"),
    ],
)
def test_a_change_of_the_message_after_the_test_is_noticed(field, value):
    draft = a_draft()
    try_out(draft)
    draft.refresh_from_db()
    trial = last_trial(draft)
    assert trial
    assert not has_changed_since(trial, draft)
    setattr(draft, field, value)
    assert has_changed_since(trial, draft)


def test_a_change_of_the_layout_or_of_where_pictures_are_is_noticed():
    draft = a_draft(body=f"![x]({make_image().reference})")
    layout = HouseLayout.objects.create(name="Club", organisation="The Club", is_default=True)
    try_out(draft)
    trial = last_trial(draft)
    assert trial
    draft.embeds_images = True
    assert has_changed_since(trial, draft)
    draft.embeds_images = False
    assert not has_changed_since(trial, draft)
    layout.footer = "New"
    layout.save()
    assert has_changed_since(trial, draft)


def codes(draft: Campaign) -> set[str]:
    return {point.code for point in review_campaign(draft).checks}


def test_the_review_says_whether_the_message_was_tested_as_it_is(ses, hints):
    draft = a_draft()
    assert "no_test" in codes(draft)
    try_out(draft)
    assert "test" in codes(draft)
    draft.body = "# Else"
    draft.save()
    assert "old_test" in codes(draft)
    try_out(draft, "kim2@club.example")
    hints.run_all()
    assert "lost_test" in codes(draft)


def test_the_review_shows_the_last_test(marketer, ses, hints):
    draft = a_draft()
    person = User.objects.get()
    send_tests(draft, ["first@office.example"], contact_id=None, actor=person)
    anna = make_contact("anna@club.example", first_name="Anna", last_name="Berg")
    send_tests(draft, ["me@office.example"], contact_id=anna.pk, actor=person)
    hints.run_all()
    page = marketer.get(reverse("admin:campaigns_campaign_review", args=[draft.pk])).content.decode()
    for words in ("me@office.example", "by kim", "anna@club.example", "still the same message", "accepted"):
        assert words in page
    assert "first@office.example" not in page


def test_the_page_of_a_test_shows_the_message_as_that_person_saw_it(marketer, settings, ses, hints):
    settings.SANDBOX_MAILBOX_URL = "http://127.0.0.1:9/mailbox/"
    draft = a_draft()
    [test] = try_out(draft, contact=make_contact("anna@club.example", first_name="Anna"))
    hints.run_all()
    draft.body = "changed since"
    draft.save()
    page = marketer.get(reverse("admin:campaigns_campaign_trial", args=[test.version_id])).content.decode()
    frame = marketer.get(reverse("admin:campaigns_campaign_trial_frame", args=[test.version_id])).content.decode()
    assert 'href="http://127.0.0.1:9/mailbox/by-message-id/m-1"' in page
    assert "Dear Anna" in frame
    assert "changed since" not in frame


def test_the_page_of_a_test_loads_itself_anew_when_there_is_news(marketer):
    draft = a_draft()
    [test] = try_out(draft)
    url = reverse("admin:campaigns_campaign_trial_json", args=[test.version_id])
    assert marketer.get(url, {"seen": "0"}).json() == {"reload": False, "final": False}
    assert marketer.get(url, {"seen": "2"}).json()["reload"]
    assert marketer.get(reverse("admin:campaigns_campaign_trial", args=[test.version_id + 1])).status_code == 404


def test_a_number_that_no_test_can_have_is_not_found(marketer):
    assert marketer.get(reverse("admin:campaigns_campaign_trial", args=[2**63])).status_code == 404


def test_more_tests_than_people_can_look_at_are_refused(monkeypatch):
    monkeypatch.setattr(trials, "MAX_TESTS_PER_HOUR", 3)
    draft = a_draft()
    try_out(draft, "a@office.example", "b@office.example")
    with pytest.raises(InvalidInput, match="within an hour"):
        try_out(draft, "c@office.example", "d@office.example")
    assert draft.tests.count() == 2


def test_a_broken_message_sends_no_test_at_all():
    draft = a_draft(body="{{ first_name")
    with pytest.raises(ValueError, match=r"ends|closed|never"):
        try_out(draft)
    assert not draft.tests.exists()


def test_a_template_is_tested_from_the_default_account(marketer, settings, ses, hints):
    settings.DEFAULT_FROM_ADDRESS = "office@postroom.example"
    make_account()
    template = a_template()
    url = reverse("admin:campaigns_campaign_test_template", args=[template.pk])
    page = marketer.post(url, {"recipients": "me@office.example"}, follow=True).content.decode()
    hints.run_all()
    assert "Test of “Spring letter”" in page
    assert ses.recipients() == ["me@office.example"]
    assert Campaign.objects.get().parent is None


def test_a_template_cannot_be_tested_without_a_default_address(marketer, settings):
    settings.DEFAULT_FROM_ADDRESS = ""
    with pytest.raises(InvalidInput, match="DEFAULT_FROM_ADDRESS"):
        campaign_from_template(Template(name="x", subject="x", body="x"))
    url = reverse("admin:campaigns_campaign_test_template", args=[a_template().pk])
    assert "DEFAULT_FROM_ADDRESS" in marketer.post(url, {"recipients": "me@office.example"}).content.decode()
