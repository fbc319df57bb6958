from __future__ import annotations

import base64

import pytest
from django.utils import timezone

from campaigns.api import relays
from campaigns.attachments.models import CampaignAttachment
from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.relays.connection_settings import open_password
from campaigns.relays.limits import refresh_relays
from campaigns.relays.models import Relay
from campaigns.segments.models import Segment
from campaigns.sending.models import Campaign, Delivery, SendingAccount
from campaigns.sending.states import AccountKind, CampaignStatus, DeliveryState
from portal.errors import InvalidInput
from portal.models import Activity
from tests.factories.api import ApiClient, make_test_key
from tests.factories.relays import make_relay
from tests.factories.sending import make_account, make_contact

pytestmark = pytest.mark.django_db
PLACE = "/smtp-campaign"


@pytest.fixture(autouse=True)
def account():
    return make_account()


def order(**fields) -> dict[str, object]:
    return {
        "campaign_name": "Spring letter", "subject": "News for {{first_name}}", "body": "Dear {{first_name}}, hello.",
        "from_email": "news@postroom.example",
        "recipients": [{"email": "anna@club.example", "first_name": "Anna", "values": {"city": "Oldtown"}}], **fields,
    }  # fmt: skip


def without_recipients(**fields) -> dict[str, object]:
    body = order(**fields)
    del body["recipients"]
    return body


def test_a_campaign_is_accepted_with_its_status_and_leaves(api, ses, hints):
    answer = api.post(PLACE, order())
    assert answer.status_code == 202, answer.content
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaign-status/{campaign.pk}"
    hints.run_all()
    assert ses.raw_subjects() == ["News for Anna"]
    status = api.get(answer["Location"]).json()
    assert (status["status"], status["progress"]["counts"]["accepted"]) == ("completed", 1)
    assert status["progress"]["percent"] == 100.0


def test_recipients_become_contacts_on_a_list_of_their_own(api):
    make_contact("anna@club.example", attributes={"shoe": "38"})
    people = [{"email": "Anna@club.example", "first_name": "Anna", "values": {"city": "Oldtown", "member": True}}]
    people += [{"email": f"p{number}@club.example"} for number in range(30)]
    assert api.post(PLACE, order(recipients=people, subject="News", body="Hello")).status_code == 202
    anna = Contact.objects.get(address_key="anna@club.example")
    assert (anna.first_name, anna.first_name_key) == ("Anna", "anna")
    assert anna.attributes == {"shoe": "38", "city": "Oldtown", "member": "yes"}
    assert ListMembership.objects.filter(contact_list=Campaign.objects.get().include_lists.get()).count() == 31


def test_lists_and_segments_are_found_by_name_and_number(api):
    wanted = ContactList.objects.create(name="Newsletter")
    ListMembership.objects.create(contact_list=wanted, contact=make_contact())
    segment = Segment.objects.create(name="Friends", definition={"match": "all", "conditions": []})
    plain = {"subject": "News", "body": "Hello"}
    for audience in ({"list": "Newsletter"}, {"list": wanted.pk}, {"segment": "Friends"}, {"segment": segment.pk}):
        answer = api.post(PLACE, without_recipients(**plain, **audience))
        assert answer.status_code in {202, 422}, answer.content
        assert not [each for each in answer.json().get("errors", []) if each["code"] == "not_found"]


def test_html_is_told_from_markdown(api):
    api.post(PLACE, order(body="<p>Dear {{first_name}}</p>", campaign_name="One"))
    api.post(PLACE, order(body="Dear **{{first_name}}**, 1 < 2", campaign_name="Two"))
    assert dict(Campaign.objects.values_list("name", "kind")) == {"One": "html", "Two": "markdown"}


def test_files_go_along(api):
    files = [{"filename": "programme.pdf", "content": base64.b64encode(b"%PDF-1.4 x").decode()}]
    assert api.post(PLACE, order(attachments=files)).status_code == 202
    assert CampaignAttachment.objects.get().name == "programme.pdf"


def test_smtp_credentials_become_a_sealed_relay_that_is_found_again(api):
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "news@postroom.example", "smtp_password": "s3cret word"}
    for number in range(2):
        assert api.post(PLACE, order(campaign_name=f"Letter {number}", **smtp)).status_code == 202
    relay = Relay.objects.get()
    assert (relay.host, relay.port, relay.security, relay.is_from_api) == ("smtp.gmail.com", 587, "starttls", True)
    assert "s3cret" not in relay.sealed_password
    assert open_password(relay) == "s3cret word"
    assert {campaign.account_id for campaign in Campaign.objects.all()} == {relay.account_id}
    assert not Activity.objects.filter(details__icontains="s3cret").exists()


def test_a_new_password_takes_the_place_of_the_apis_own_but_not_of_an_operators(api):
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "a@b.example"}
    api.post(PLACE, order(**smtp, smtp_password="old"))
    assert api.post(PLACE, order(**smtp, smtp_password="new")).status_code == 202
    assert open_password(Relay.objects.get()) == "new"
    Relay.objects.update(is_from_api=False)
    answer = api.post(PLACE, order(**smtp, smtp_password="other"))
    assert [error["field"] for error in answer.json()["errors"]] == ["smtp_password"]
    assert open_password(Relay.objects.get()) == "new"


def test_a_new_password_opens_a_relay_whose_login_was_refused(api):
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "a@b.example"}
    api.post(PLACE, order(**smtp, smtp_password="wrong"))
    Relay.objects.update(last_login_failed_at=timezone.now())
    SendingAccount.objects.filter(relay__isnull=False).update(is_sending_enabled=False)
    api.post(PLACE, order(**smtp, smtp_password="right"))
    refresh_relays()
    assert SendingAccount.objects.get(relay__isnull=False).is_sending_enabled


def test_two_at_once_with_the_same_server_need_the_same_password(api, monkeypatch):
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "a@b.example"}
    api.post(PLACE, order(**smtp, smtp_password="mine"))
    Relay.objects.update(is_from_api=False)
    looked, real = [], relays._known

    def known(server):
        looked.append(server)
        return None if len(looked) == 1 else real(server)

    monkeypatch.setattr(relays, "_known", known)
    answer = api.post(PLACE, order(**smtp, smtp_password="guessed"))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "server",
    ["127.0.0.1:25", "localhost", "10.0.0.5", "169.254.169.254", "mailhost", "192.168.1.1:587", "a b.example", "x:99999",
     "-x.example", "smtp.example.org:0"],
)  # fmt: skip
def test_servers_inside_are_refused_outside_the_sandbox(api, settings, server):
    settings.SANDBOX = False
    answer = api.post(PLACE, order(smtp_server=server, smtp_username="u", smtp_password="p"))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["smtp_server"]
    assert not Relay.objects.exists()


def test_a_stored_relay_is_named(api):
    account = SendingAccount.objects.create(kind=AccountKind.SMTP, name="Office", max_rate_per_s=5, quota_24h=-1)
    Relay.objects.create(account=account, host="smtp.club.example", port=465, security="tls")
    assert api.post(PLACE, order(relay="Office")).status_code == 202
    assert Campaign.objects.get().account == account


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"list": "Nothing"}, "recipients"),
        ({"list": "Nothing", "recipients": None}, "list"),
        ({"recipients": None}, "recipients"),
        ({"relay": "Nothing"}, "relay"),
        ({"recipients": []}, "recipients"),
        ({"body": 5}, "body"),
        ({"recipients": [{"email": "anna@club.example"}, {"email": "nobody"}]}, "recipients[1].email"),
        ({"recipients": [{"email": "a@b.example", "values": {"First Name": "x"}}]}, "recipients[0].values.First Name"),
        ({"recipients": [{"email": "a@b.example", "city": "x"}]}, "recipients[0].city"),
        ({"relay": "Office", "ses": True}, "ses"),
        ({"ses": True, "smtp_password": "secret"}, "smtp_server"),
        ({"campaign_name": "A\nB"}, "campaign_name"),
        ({"subject": "A\r\nBcc: x@y.example"}, "subject"),
        ({"from_email": "news@elsewhere.example"}, "from_email"),
        ({"subject": "{{ first_name"}, "subject"),
        ({"smtp_server": "smtp.example.org", "smtp_username": "a\r\nMAIL FROM:<x>"}, "smtp_username"),
    ],
)
def test_what_cannot_be_used_is_named_and_no_campaign_is_left(api, fields, field):
    answer = api.post(PLACE, order(**fields))
    assert answer.status_code == 422, answer.content
    found = [error["field"] for error in answer.json()["errors"]]
    assert found == [field]
    assert "Value error" not in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_test_key_starts_a_rehearsal(settings, ses, hints):
    settings.SANDBOX = False
    client = ApiClient(make_test_key())
    answer = client.post(PLACE, order())
    assert answer.status_code == 202, answer.content
    hints.run_all()
    assert ses.recipients() == []
    assert Delivery.objects.get().state == DeliveryState.SKIPPED
    status = client.get(answer["Location"]).json()
    assert (status["is_test"], status["progress"]["causes"][0]["reason"]) == (True, "not_a_guest")
    assert Campaign.objects.get().name == "[Test] Spring letter"


def test_a_test_key_of_the_sandbox_reaches_nobody_through_a_real_relay(settings):
    settings.SANDBOX = True
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "a@b.example", "smtp_password": "s3cret"}
    client = ApiClient(make_test_key())
    assert client.post(PLACE, order(**smtp)).status_code == 202
    assert client.post(PLACE, order(**{**smtp, "smtp_server": "localhost:2525"})).status_code == 202
    assert list(Campaign.objects.order_by("pk").values_list("is_rehearsal", flat=True)) == [True, False]


def test_the_network_block_believes_api_gateway_alone(api, settings):
    settings.API_VPC_ENDPOINTS, settings.API_ISOLATION = ["vpce-1"], "private"
    place = api.post(PLACE, order())["Location"]
    told = api.get(place, HTTP_X_VPCE_ID="vpce-1").json()["network"]
    assert told["request"] == {
        "through_api_gateway": False, "through_vpc_endpoint": False, "vpc_endpoint_id": None, "vpc_id": None,
    }  # fmt: skip
    assert told["deployment"] == {"isolation": "private", "vpc_endpoints": ["vpce-1"]}
    assert told["relay"]["kind"] == "ses"
    for endpoint, is_ours in (("vpce-1", True), ("vpce-2", False)):
        event = {"requestContext": {"identity": {"vpceId": endpoint, "vpcId": "vpc-9"}}}
        asked = api.get(place, **{"lambda.event": event}).json()["network"]["request"]
        assert (asked["through_vpc_endpoint"], asked["vpc_id"]) == (is_ours, "vpc-9")


def test_an_unknown_campaign_and_a_message_are_not_told(api):
    assert api.get("/campaign-status/9999").status_code == 404
    message = {"to": "a@b.example", "from_email": "s@postroom.example", "subject": "Hi", "body": "Hi"}
    api.post("/api/v1/messages", message)
    assert api.get(f"/campaign-status/{Campaign.objects.get().pk}").status_code == 404
    assert Campaign.objects.get().status == CampaignStatus.IN_PROGRESS


def test_a_test_key_changes_no_password_that_live_mail_goes_out_with(api):
    smtp = {"smtp_server": "smtp.gmail.com", "smtp_username": "a@b.example"}
    api.post(PLACE, order(**smtp, smtp_password="right"))
    answer = ApiClient(make_test_key()).post(PLACE, order(**smtp, smtp_password="other"))
    assert [error["field"] for error in answer.json()["errors"]] == ["smtp_password"]
    assert open_password(Relay.objects.get()) == "right"


def test_the_answer_says_through_whom_it_leaves(api, account):
    assert api.post(PLACE, order()).json()["account"] == account.name
    relay = make_relay()
    assert api.post(PLACE, order(relay=relay.account.name)).json()["account"] == relay.account.name != account.name


def test_a_campaign_that_another_request_has_started_stays_for_the_repetition(api, monkeypatch):
    """Both found the same draft; the other one pressed Send while this one stumbled."""

    def stumble(campaign_id, **_more):
        Campaign.objects.filter(pk=campaign_id).update(status=CampaignStatus.IN_PROGRESS)
        raise InvalidInput("the draft has changed")

    monkeypatch.setattr("campaigns.api.ordering.start_campaign", stumble)
    first = api.post(PLACE, order(), once="one")
    second = api.post(PLACE, order(), once="one")
    assert (first.status_code, second.status_code) == (202, 202)
    assert Campaign.objects.count() == 1
