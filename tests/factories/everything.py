"""One of everything that an address of the portal can name."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from campaigns.approval.models import Approval
from campaigns.audience.edits import ContactEdit
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.exports.models import Export
from campaigns.feedback.models import RawEvent
from campaigns.guests.models import GuestList
from campaigns.importing.models import DropFolder
from campaigns.importing.uploads import create_import
from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.messages.revisions import latest_revision
from campaigns.messages.services import freeze_message
from campaigns.preferences.links import unsubscribe_url
from campaigns.preferences.models import ListOptOut, Unsubscription
from campaigns.privacy.models import Erasure
from campaigns.sending.events import apply_events
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.trials import send_tests
from campaigns.signup.links import confirm_url
from campaigns.splits.drafts import SplitSettings, save_split
from campaigns.suppression.batches import check_pasted
from campaigns.suppression.models import Suppression
from credentials.smtp_users.handover import make_link
from credentials.smtp_users.models import SmtpDrift
from portal.activity import record_activity
from portal.alerts.models import AlertRecipient
from portal.alerts.services import raise_alert
from portal.failures.models import Redrive
from routing.inbound.models import InboundMessage
from routing.rules.models import RoutingRule, RuleSetVersion, SavedExample
from tests.factories.accounts import account_things
from tests.factories.api import make_key
from tests.factories.attachments import PDF, attach_file, give_own_files
from tests.factories.bulk import Deed, start
from tests.factories.campaign_pages import a_draft
from tests.factories.feedback import ses_event
from tests.factories.forms import make_form_message
from tests.factories.gmail import make_mailbox
from tests.factories.images import make_image
from tests.factories.importing import checked, imported, uploaded
from tests.factories.relays import make_relay
from tests.factories.routing_pages import a_draft_of_rules, make_domain
from tests.factories.segments import make_segment
from tests.factories.sending import make_account, make_campaign, make_contact, plan_people
from tests.factories.sending_domains import a_domain_of_all_kinds
from tests.factories.signup import make_request
from tests.factories.smtp_users import make_smtp_key, make_smtp_user
from tests.factories.transactional import make_message
from tests.factories.webhooks import a_busy_endpoint

PEOPLE = b"Email,Name\nnew@club.example,New\nno-address,Bad\n"


def make_everything() -> dict[str, str]:
    """Things by the words of tests/contracts/roles_matrix.txt, each as it stands in an address."""
    HouseLayout.objects.create(pk=1, name="Club", organisation="The Club")
    draft = a_draft()
    return {
        **_of_portal(),
        **account_things(),
        **_of_audience(draft),
        **_of_imports(),
        **_of_campaigns(draft),
        **_of_versions(draft),
        **_of_signup(),
        **_of_contact_forms(),
        **_of_images(),
        **_of_attachments(draft),
        **_of_tests(draft),
        **_of_gmail(),
        **_of_rules(),
        **_of_api(),
        **_of_smtp_users(),
        "relay_account": str(make_relay(is_active=False).account_id),
        "approval": str(Approval.objects.create(campaign=draft).pk),
        "wave": "0",
        "wave_deed": "send",
        "query of /admin/autocomplete/": "?app_label=campaigns&model_name=suppression&field_name=created_by",
    }


def _of_versions(draft: Campaign) -> dict[str, str]:
    snippet = Snippet.objects.create(name="opening-hours", body="Monday to Friday")
    for thing in (draft, snippet, Template.objects.get(), HouseLayout.objects.get()):
        latest_revision(thing)
    return {"snippet": str(snippet.pk), "number": "1"}


def _of_attachments(draft: Campaign) -> dict[str, str]:
    give_own_files(draft, {"A-1.pdf": PDF})
    return {"attachment": str(attach_file(draft).pk), "own_file": str(draft.personal_files.get().pk)}


def _of_api() -> dict[str, str]:
    message = make_message()
    return {
        "message": str(message.pk), "message_uuid": str(message.public_id), "api_key": str(make_key().key.pk),
    }  # fmt: skip


def _of_smtp_users() -> dict[str, str]:
    smtp_user = make_smtp_user("office-printer")
    make_smtp_key(smtp_user)
    made = make_link(smtp_user.pk, hours=24, actor=User.objects.create_user("link-maker"))
    drift = SmtpDrift.objects.create(user=smtp_user, kind="missing_policy", iam_user_name="x", seen_at=timezone.now())
    return {
        "drift": str(drift.pk), "smtp_user": str(smtp_user.pk), "handover": str(made.handover.pk), "handover_token": made.token,
        "settings_kind": "thunderbird", "query of /mail/config-v1.1.xml": "?emailaddress=ann@example.org",
        "query of /.well-known/autoconfig/mail/config-v1.1.xml": "?emailaddress=ann@example.org",
    }  # fmt: skip


def _of_portal() -> dict[str, str]:
    person = User.objects.create_user("somebody", is_staff=True)
    attempt = AccessAttempt.objects.create(username="somebody", attempt_time=timezone.now(), failures_since_start=1)
    return {
        "app": "campaigns",
        "nowhere": "nowhere",
        "type": str(ContentType.objects.get_for_model(Contact).pk),
        "user": str(person.pk),
        "group": str(Group.objects.order_by("pk")[0].pk),
        "alert": str(raise_alert("account.stopped", subject_key="account:1", text="Main: nothing leaves.", url="/").pk),
        "alert_recipient": str(AlertRecipient.objects.create(address="office@club.example").pk),
        "activity": str(record_activity("campaign.paused", actor=None).pk),
        "attempt": str(attempt.pk),
        "dead_queue": "imports",
        "redrive": str(Redrive.objects.create(place="queue:imports", label="imports").pk),
    }


def _of_audience(draft: Campaign) -> dict[str, str]:
    nora = make_contact("nora@club.example")
    edit = ContactEdit.objects.create(contact=nora, changes={"fields": {"first_name": ["Nor", ""]}})
    change = start(Deed.ADD_TAG, f"ids={nora.pk}", new_group_name="choir")
    export = Export.objects.create(source=Export.Source.CONTACTS)
    twin = make_contact("nora+news@club.example")
    left = ContactList.objects.create(name="a list that Nora left")
    return {
        "change": str(change.pk),
        "export": str(export.pk),
        "query of /admin/campaigns/bulkchange/new/": f"?deed=add_tag&people=ids%3D{nora.pk}",
        "query of /admin/campaigns/bulkchange/merge/": f"?ids={nora.pk},{twin.pk}",
        "contact": str(nora.pk),
        "edit": str(edit.pk),
        "opt_out": str(ListOptOut.objects.create(contact_list=left, address_key=nora.address_key).pk),
        "unsubscription": str(Unsubscription.objects.create(delivery_id=0, address_key="x@club.example").pk),
        "erasure": str(Erasure.objects.create(reason="asked by letter", status=Erasure.Status.COMPLETED).pk),
        "list": str(draft.include_lists.get().pk),
        "tag": str(Tag.objects.get(name="choir").pk),
        "segment": str(make_segment("Graz").pk),
        "field": str(ContactField.objects.create(name="city", label="City").pk),
        "suppression": str(Suppression.objects.get().pk),
        "batch": str(check_pasted("late@club.example", reason="import", note="", actor=None).pk),
        "folder": str(DropFolder.objects.create(prefix="newsletter").pk),
    }


def _of_imports() -> dict[str, str]:
    return {
        "arriving": str(create_import("people.csv", actor=None).pk),
        "announced": str(create_import("people.csv", actor=None).pk),
        "uploaded": str(uploaded(PEOPLE).pk),
        "checked": str(checked(PEOPLE).pk),
        "imported": str(imported(b"Email\nkept@club.example\n").pk),
    }


def _of_signup() -> dict[str, str]:
    wish = make_request()
    return {
        "signup_form": str(wish.form_id),
        "form_key": wish.form.form_key,
        "confirm_token": confirm_url(wish.pk).rpartition("/")[2],
    }


def _of_contact_forms() -> dict[str, str]:
    message, post = make_form_message(), a_busy_endpoint().posts.first()
    return {
        "webhook": str(post.endpoint_id), "webhook_post": str(post.pk), "contact_form": str(message.form_id), "form_message": str(message.pk),
        "contact_form_key": message.form.form_key,
    }  # fmt: skip


def _of_gmail() -> dict[str, str]:
    mailbox = make_mailbox("anna@gmail.example")
    return {"gmail": str(mailbox.pk), "grant": str(mailbox.grant_id)}


def _of_rules() -> dict[str, str]:
    draft = a_draft_of_rules()
    return {
        "rule": str(RoutingRule.objects.get(key="info@example.com").pk),
        "example": str(SavedExample.objects.latest("pk").pk),
        "rule_file": "json",
        "rule_draft": str(draft.pk),
        "rule_version": str(RuleSetVersion.objects.latest("pk").pk),
        "domain": str(make_domain("unused.example").pk),
        "sending_domain": str(a_domain_of_all_kinds().pk),
        "inbound": str(InboundMessage.objects.latest("pk").pk),
    }


def _of_images() -> dict[str, str]:
    image = make_image()
    return {"image": str(image.pk), "image_key": image.key, "image_file": image.file_name}


def _of_tests(draft: Campaign) -> dict[str, str]:
    [test] = send_tests(draft, ["guest@office.example"], contact_id=None, actor=None)
    guests = GuestList.objects.create(name="Board", addresses=["guest@office.example"])
    return {"test": str(test.version_id), "guests": str(guests.pk)}


def _tested() -> Campaign:
    campaign = make_campaign("Tested letter")
    settings = SplitSettings("content", share_percent=20, wait_minutes=60, rule="hand", when_unclear="ask")
    save_split(campaign.pk, settings, subjects={}, actor=None)
    return campaign


def _of_campaigns(draft: Campaign) -> dict[str, str]:
    running = make_campaign("Autumn letter", status=CampaignStatus.IN_PROGRESS, planned_at=timezone.now())
    freeze_message(running, None)
    running.save()
    states = DeliveryState
    people = plan_people(running, [states.DELIVERED, (states.BOUNCED, Reason.MAILBOX_UNKNOWN), states.QUEUED])
    apply_events([ses_event(people[0].pk, "Delivery")])
    finished = make_campaign("Summer letter", status=CampaignStatus.COMPLETED)
    return {
        "account": str(make_account().pk),
        "template": str(Template.objects.get().pk),
        "layout": "1",
        "draft": str(draft.pk),
        "running": str(running.pk),
        "finished": str(finished.pk),
        "table": "days",
        "tested": str(_tested().pk),
        "rival": "2",
        "recipient": str(people[1].pk),
        "raw_event": str(RawEvent.objects.get().pk),
        "reason": str(int(Reason.SUPPRESSED_UNSUBSCRIBE)),
        "token": unsubscribe_url(people[0].pk).rpartition("/")[2],
    }
