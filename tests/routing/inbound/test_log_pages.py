from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.models import Activity
from portal.queues import TaskName
from portal.roles import MARKETER, OPERATOR, VIEWER
from routing.domains.models import InboundDomain
from routing.inbound.models import DeliveryState, InboundDelivery
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories import inbound_pages
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import make_inbound_delivery, make_message, make_rule

pytestmark = pytest.mark.django_db
LOG = "/admin/routing/inboundmessage/"
GMAIL = {"kind": "gmail", "account_id": 3}


@pytest.fixture(autouse=True)
def _bucket(monkeypatch):
    InboundBucket(inbound_pages.STORED).install(monkeypatch)


def log_in(client, role: str):
    person = User.objects.create_user(role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def page(client):
    return log_in(client, OPERATOR)


def subjects(page, query: str = "") -> list[str]:
    return [message.subject for message in page.get(LOG + query).context["cl"].result_list]


def deed(page, delivery: InboundDelivery, name: str) -> str:
    data = {"deed": name, "delivery": delivery.pk}
    answer = page.post(f"{LOG}{delivery.message_id}/deed/", data, follow=True)
    delivery.refresh_from_db()
    return " ".join(str(each) for each in answer.context["messages"])


def elsewhere(page, message, **data) -> str:
    answer = page.post(f"{LOG}{message.pk}/elsewhere/", data, follow=True)
    return " ".join(str(each) for each in answer.context["messages"])


def test_the_newest_mail_comes_first(page):
    for subject in ("first", "second"):
        make_message(subject=subject)
    assert subjects(page) == ["second", "first"]


def test_mail_is_found_by_the_beginning_of_the_senders_or_a_recipients_address(page):
    sent = make_message(subject="by sender", sender_key="zoe@far.example")
    make_inbound_delivery(GMAIL, message=sent)
    to = make_message(subject="by recipient")
    make_inbound_delivery(GMAIL, message=to, recipient="zoe@in.example")
    make_inbound_delivery(GMAIL, message=make_message(subject="neither"))
    assert subjects(page, "?q=Zoe@") == ["by recipient", "by sender"]
    assert subjects(page, "?q=nobody") == []
    assert subjects(page, "?q=%00") == ["neither", "by recipient", "by sender"]


def test_mail_is_filtered_by_what_became_of_it_by_action_and_by_rule(page):
    rule = make_rule("a@in.example")
    make_inbound_delivery(GMAIL, message=make_message(subject="failed"), state="failed", rule=rule, rule_key=rule.key)
    make_inbound_delivery({"kind": "hold"}, message=make_message(subject="held"), state="held")
    assert subjects(page, "?delivery=failed") == ["failed"]
    assert subjects(page, "?action_kind=hold") == ["held"]
    assert subjects(page, f"?rule={rule.pk}") == ["failed"]
    assert subjects(page, "?rule=none") == ["held"]
    assert subjects(page, f"?rule={rule.pk}&delivery=held") == []


@pytest.mark.parametrize("query", ["?rule=x", "?rule=99999999999999999999", "?delivery=odd", "?action_kind=odd"])
def test_an_odd_filter_breaks_nothing(page, query):
    assert page.get(LOG + query, follow=True).status_code == 200


def test_every_state_has_its_words_in_the_list(page):
    inbound_pages.mail_in_every_state()
    text = page.get(LOG).content.decode()
    assert all(str(state.label) in text for state in DeliveryState)
    assert "not routed yet" in text
    assert "+3" in text


def test_the_list_asks_as_often_for_many_messages_as_for_few(page, django_assert_max_num_queries):
    make_inbound_delivery(GMAIL)
    with django_assert_max_num_queries(25) as few:
        page.get(LOG)
    for _number in range(8):
        make_inbound_delivery(GMAIL)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page.get(LOG)


def test_the_page_of_a_message_asks_as_often_for_many_deliveries_as_for_few(page, django_assert_max_num_queries):
    message = inbound_pages.put_raw(make_message(), inbound_pages.PLAIN)
    make_inbound_delivery(GMAIL, message=message)
    with django_assert_max_num_queries(30) as few:
        page.get(f"{LOG}{message.pk}/")
    for number in range(6):
        make_inbound_delivery({**GMAIL, "account_id": 10 + number}, message=message)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page.get(f"{LOG}{message.pk}/")


def test_the_page_says_why_and_what_happened_in_words(page):
    message = inbound_pages.a_message_with_history()
    text = page.get(f"{LOG}{message.pk}/").content.decode()
    for words in ("The service refused", "the service could not be reached, 503 Backend Error", "*@in.example"):
        assert words in text, words
    assert "destination_broken" not in text


def test_a_message_that_there_is_not_is_not_found(page):
    assert page.get(f"{LOG}999/").status_code == 404


def test_held_mail_is_released_where_the_rules_send_it_now(page):
    held = make_inbound_delivery({"kind": "hold"}, state="held")
    assert "still say" in deed(page, held, "release")
    make_rule("a@in.example")
    assert "goes on" in deed(page, held, "release")
    assert held.state == "stored"


def test_failed_mail_is_delivered_again(page, hints):
    failed = make_inbound_delivery(GMAIL, state="failed")
    assert "delivered again" in deed(page, failed, "again")
    assert failed.state == "pending"
    assert hints.of(TaskName.DELIVER_TO_GMAIL)[0].ids == {"delivery_id": failed.pk}
    assert Activity.objects.get(verb="inbound.delivered_again").actor.username == OPERATOR


def test_what_failed_can_be_given_up_once(page):
    failed = make_inbound_delivery(GMAIL, state="failed")
    assert "given up" in deed(page, failed, "give_up")
    assert failed.state == "dropped"
    assert "Nothing was changed" in deed(page, failed, "give_up")


def test_a_delivery_of_another_message_is_left_alone(page):
    failed, other = make_inbound_delivery(GMAIL, state="failed"), make_message()
    page.post(f"{LOG}{other.pk}/deed/", {"deed": "again", "delivery": failed.pk})
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_mail_goes_somewhere_else_too(page):
    message, mailbox = make_message(), make_mailbox()
    assert "on its way" in elsewhere(page, message, where=str(mailbox.pk))
    assert "on its way" in elsewhere(page, message, where="forward", address="desk@agency.example")
    assert set(message.deliveries.values_list("action", "destination")) == {
        ("gmail", str(mailbox.pk)),
        ("forward", "desk@agency.example"),
    }


def test_mail_for_several_goes_elsewhere_for_the_chosen_recipient(page):
    message, mailbox = make_message(recipients=["a@in.example", "b@in.example"]), make_mailbox()
    elsewhere(page, message, where=str(mailbox.pk), recipient="b@in.example")
    assert message.deliveries.get().recipient == "b@in.example"


@pytest.mark.parametrize(
    "where",
    [
        {"where": "999"},
        {"where": "forward", "address": "no address"},
        {"where": "forward", "address": ""},
        {"where": "forward", "address": "x@ours.example"},
    ],
)
def test_mail_goes_to_no_place_that_there_is_not_or_that_leads_back(page, where):
    InboundDomain.objects.create(name="ours.example")
    message = make_message()
    assert elsewhere(page, message, **where) not in ("", "It is on its way.")
    assert not message.deliveries.exists()


def test_one_deed_serves_all_that_a_filter_names(page):
    rule = make_rule("a@in.example")
    mine = [make_inbound_delivery(GMAIL, state="failed", rule=rule, rule_key=rule.key) for _number in range(3)]
    other = make_inbound_delivery(GMAIL, state="failed")
    gone = make_inbound_delivery(
        GMAIL, state="failed", rule=rule, rule_key=rule.key, message=make_message(raw="deleted")
    )
    assert "Deliveries in this state: 4" in page.get(f"{LOG}?delivery=failed&rule={rule.pk}").content.decode()
    data = {"deed": "again", "delivery": "failed", "rule": rule.pk}
    answer = page.post(f"{LOG}deed/", data, follow=True)
    assert "Done to 3 deliveries." in answer.content.decode()
    states = dict(InboundDelivery.objects.values_list("pk", "state"))
    assert [states[each.pk] for each in mine] == ["pending"] * 3
    assert (states[other.pk], states[gone.pk]) == ("failed", "failed")


def test_giving_all_up_asks_first_and_leads_back(page):
    delivery = make_inbound_delivery(GMAIL, state="failed")
    data = {"deed": "give_up", "delivery": "failed"}
    asked = page.post(f"{LOG}deed/", data).content.decode()
    assert "Deliveries that would be given up: 1." in asked
    assert f'href="{LOG}?delivery=failed"' in asked
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    page.post(f"{LOG}deed/", {**data, "confirmed": "yes"})
    delivery.refresh_from_db()
    assert delivery.state == "dropped"


def test_a_deed_that_does_not_fit_the_state_is_not_done(page):
    delivered = make_inbound_delivery(GMAIL, state="delivered")
    page.post(f"{LOG}deed/", {"deed": "give_up", "delivery": "delivered"})
    delivered.refresh_from_db()
    assert delivered.state == "delivered"


def test_the_frame_of_hostile_mail_holds_nothing_that_asks_another_computer(page):
    message = inbound_pages.a_hostile_message()
    answer = page.get(f"{LOG}{message.pk}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "https:" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    text = answer.content.decode()
    assert "Dear friend" in text
    for wish in (
        "<script",
        "<base",
        "refresh",
        "<form",
        "<iframe",
        "<link",
        "href",
        "onerror",
        "open.gif",
        "evil.example",
    ):
        assert wish not in text, wish


def test_text_of_a_mail_is_text(page):
    message = inbound_pages.put_raw(make_message(), b"Subject: x\r\n\r\n<script>alert(1)</script>")
    assert "&lt;script&gt;" in page.get(f"{LOG}{message.pk}/text/").content.decode()


def test_the_page_of_hostile_mail_names_its_files_and_escapes_it(page):
    message = inbound_pages.a_hostile_message()
    text = page.get(f"{LOG}{message.pk}/").content.decode()
    assert "&lt;b&gt;.exe" in text
    assert "<script>alert" not in text
    assert 'sandbox=""' in text


def test_where_the_bucket_is_away_the_rest_of_the_page_comes(page, monkeypatch):
    InboundBucket(is_away=True).install(monkeypatch)
    message = make_message()
    assert page.get(f"{LOG}{message.pk}/").status_code == 200
    assert page.get(f"{LOG}{message.pk}/html/").status_code == 200


def test_the_raw_mail_is_fetched_from_the_bucket_by_a_link(page):
    message = make_message()
    assert page.get(f"{LOG}{message.pk}/raw/").url == f"https://s3.example/{message.bucket}/{message.object_key}"


def test_raw_mail_that_is_gone_is_said_to_be(page):
    message = inbound_pages.a_message_whose_raw_is_gone()
    assert page.get(f"{LOG}{message.pk}/raw/").url == reverse("admin:routing_inboundmessage_change", args=[message.pk])
    assert "not kept any more" in page.get(f"{LOG}{message.pk}/").content.decode()
    assert page.get(f"{LOG}{message.pk}/text/").status_code == 404


@pytest.mark.parametrize("role", [VIEWER, MARKETER])
def test_who_may_only_look_sees_that_mail_came_and_not_what_it_says(client, role):
    page = log_in(client, role)
    message = inbound_pages.a_hostile_message()
    text = page.get(f"{LOG}{message.pk}/").content.decode()
    assert "<iframe" not in text
    assert "elsewhere" not in text
    assert [page.get(f"{LOG}{message.pk}/{part}/").status_code for part in ("text", "html", "raw")] == [403] * 3
    assert page.post(f"{LOG}deed/", {"deed": "release", "delivery": "held"}).status_code == 403
    assert "Release all" not in page.get(f"{LOG}?delivery=held").content.decode()
