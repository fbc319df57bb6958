from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from campaigns.audience.models import Contact, ContactList
from campaigns.messages.models import Template
from campaigns.sending.console import BarShow, LineShow, follow
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.queues import TaskName
from tests.factories.campaign_pages import know_identities
from tests.factories.sending import make_account, make_campaign, make_contact, plan_people

pytestmark = [pytest.mark.django_db(transaction=True)]

CSV = "address,first_name,city\nanna@club.example,Anna,Oldtown\nbo@club.example,Bo,Newtown\nnot an address,X,Y\n"


@pytest.fixture(autouse=True)
def an_account(settings):
    settings.SEND_GRACE_S = 60
    know_identities()
    return make_account()


@pytest.fixture
def files(tmp_path):
    (tmp_path / "people.csv").write_text(CSV)
    (tmp_path / "letter.md").write_text("Dear {{ first_name }} of {{ city }}")
    return tmp_path


def run(files, *more, **options):
    out, err = io.StringIO(), io.StringIO()
    options = {
        "template": str(files / "letter.md"),
        "subject": "News",
        "sender": "Club <office@postroom.example>",
    } | options
    call_command("send_csv", str(files / "people.csv"), *more, stdout=out, stderr=err, patience=0, **options)
    return out.getvalue(), err.getvalue()


def test_the_people_of_the_file_and_nobody_else_get_a_campaign(files):
    make_contact("stranger@club.example")
    with pytest.raises(SystemExit) as left:
        run(files, "--yes", "--list", "Members")
    campaign = Campaign.objects.get()
    assert left.value.code == 4  # no worker runs here
    assert campaign.status == CampaignStatus.PENDING
    assert plan_campaign(campaign.pk)
    assert set(Delivery.objects.values_list("address", flat=True)) == {"anna@club.example", "bo@club.example"}
    assert ContactList.objects.get(name="Members").members.count() == 2
    assert (campaign.from_name, campaign.subject) == ("Club", "News")


def test_the_campaign_leaves_at_once(files, hints):
    with pytest.raises(SystemExit):
        run(files, "--yes")
    assert [hint.delay_s for hint in hints.of(TaskName.PLAN_CAMPAIGN)][-1] == 0


def test_without_yes_nothing_is_imported_or_sent(files):
    with pytest.raises(CommandError, match="nothing was sent") as left:
        run(files)
    assert left.value.returncode == 5
    assert not Contact.objects.exists()
    assert not Campaign.objects.exists()
    assert not ContactList.objects.exists()


def test_a_saved_template_gives_words_and_subject(files):
    Template.objects.create(name="Invitation", subject="You are invited", body="Dear {{ first_name }}")
    with pytest.raises(SystemExit):
        run(files, "--yes", template="Invitation", subject="")
    assert Campaign.objects.get().subject == "You are invited"


@pytest.mark.parametrize(
    ("content", "letter", "options", "words"),
    [
        ("", "Hello", {}, "empty"),
        ("%PDF-1.7 x", "Hello", {}, "PDF"),
        ("address\nnobody\n", "Hello", {}, "no row can be used"),
        (CSV, "Your seat: {{ seet }}", {}, "“seet”"),
        (CSV, "one\n{% if x %}", {}, "line 2"),
        (CSV, "Hello", {"sender": "nobody"}, "no @"),
        (CSV, "Hello", {"sender": "me@stranger.example"}, "refuse every mail"),
        (CSV, "Hello", {"subject": ""}, "Write a subject"),
        (CSV, "Hello", {"template": "No such"}, "neither a file nor a saved template"),
        (CSV, "Hello", {"subject": "a\nb"}, "line break"),
    ],
)
def test_mistakes_are_told_in_words_and_nothing_is_sent(content, letter, options, words, files):
    (files / "people.csv").write_text(content)
    (files / "letter.md").write_text(letter)
    with pytest.raises(CommandError, match=words) as left:
        run(files, "--yes", **options)
    assert left.value.returncode == 1
    assert not Campaign.objects.exists()
    assert not Contact.objects.exists()


def test_json_is_one_object_on_standard_output(files):
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "send_csv", str(files / "people.csv"), "--yes", "--json", template=str(files / "letter.md"), subject="News",
            sender="office@postroom.example", patience=0, stdout=out, stderr=err,
        )  # fmt: skip
    assert json.loads(out.getvalue())["status"] == "pending"


def test_silence_is_named_as_a_missing_worker():
    campaign = make_campaign(status=CampaignStatus.PENDING)
    out = io.StringIO()
    follow(campaign.pk, LineShow(out, every=10), patience_s=20, sleep=lambda _s: None)
    assert out.getvalue().count("no worker answers") == 1


def test_a_line_is_written_every_so_many_people():
    campaign = make_campaign(status=CampaignStatus.COMPLETED)
    plan_people(campaign, [DeliveryState.DELIVERED] * 25)
    out = io.StringIO()
    follow(campaign.pk, LineShow(out, every=10), patience_s=0)
    assert out.getvalue().startswith("25 / 25  25 sent")


def test_the_bar_ends_where_the_campaign_ends():
    campaign = make_campaign(status=CampaignStatus.COMPLETED)
    plan_people(campaign, [DeliveryState.DELIVERED] * 25)
    out = io.StringIO()
    with BarShow(out) as show:
        follow(campaign.pk, show, patience_s=0)
        show.say("[said] as it is")
    assert "25 sent" in out.getvalue()
    assert "[said] as it is" in out.getvalue()


def test_a_pause_ends_the_watching():
    campaign = make_campaign(status=CampaignStatus.PAUSED)
    plan_people(campaign, [DeliveryState.QUEUED])
    ended, _now = follow(campaign.pk, LineShow(io.StringIO(), every=10), patience_s=99, sleep=lambda _s: None)
    assert ended.status == CampaignStatus.PAUSED
