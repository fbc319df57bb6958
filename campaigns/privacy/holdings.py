"""The one table of what is held on a person: where it stands, how it is found, and what forgetting does with it.

Every model with an address, a contact or a delivery in it stands here or in `EXCEPTIONS` with the reason; a contract
test compares both with the models. The export reads this table, and shows people what is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from campaigns.attachments.of_person import personal_files_of
from campaigns.privacy.erase_inbound import deliveries_for, examples_with, mail_of
from campaigns.privacy.subject import naming, rows_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from campaigns.privacy.subject import Subject

Rows = Callable[["Subject"], "QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Holding:
    """One model. `model` is app.Name; `hidden` columns are our own bookkeeping and left out of exports."""

    model: str
    label: _StrPromise
    rows: Rows
    erased: _StrPromise  # what forgetting does, in words
    hidden: frozenset[str] = frozenset()


def _by_address(model: str) -> Rows:
    return lambda subject: rows_of(apps.get_model(model), address_key__in=subject.address_keys)


def _by_contact(model: str) -> Rows:
    return lambda subject: rows_of(apps.get_model(model), contact_id__in=subject.contact_ids)


def _by_delivery(model: str) -> Rows:
    def find(subject: Subject) -> QuerySet[Any]:
        deliveries = rows_of(apps.get_model("campaigns.Delivery"), address_key__in=subject.address_keys)
        return rows_of(apps.get_model(model), delivery_id__in=deliveries.values("pk"))

    return find


def _raw_events(subject: Subject) -> QuerySet[Any]:
    events = _by_delivery("campaigns.DeliveryEvent")(subject)
    return rows_of(apps.get_model("campaigns.RawEvent"), event_id__in=events.values("pk"))


def _naming(model: str, field: str) -> Rows:
    return lambda subject: naming(rows_of(apps.get_model(model)), field, subject.address_keys)


def _deeds(subject: Subject) -> QuerySet[Any]:
    ids = [str(contact_id) for contact_id in subject.contact_ids]
    about = rows_of(apps.get_model("portal.Activity"), object_type="campaigns.contact", object_id__in=ids)
    named = _naming("portal.Activity", "object_label")(subject)
    return rows_of(
        apps.get_model("portal.Activity"),
        pk__in=[*about.values_list("pk", flat=True), *named.values_list("pk", flat=True)],
    )


_DELETED = _("deleted")
_ANONYMOUS = _("stays for the counts, without address and name")
_AS_HASH = _("deleted; a keyed hash of the address stays, so that the wish is honoured")
_REDACTED = _("stays as the record of the deed, without address and name")
_KEYS = frozenset({"address_key", "first_name_key", "last_name_key"})

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        "campaigns.Contact",
        _("Person"),
        lambda s: rows_of(apps.get_model("campaigns.Contact"), pk__in=s.contact_ids),
        _DELETED,
        _KEYS,
    ),
    Holding("campaigns.FormerAddress", _("Earlier addresses"), _by_contact("campaigns.FormerAddress"), _DELETED, _KEYS),
    Holding("campaigns.ListMembership", _("Lists"), _by_contact("campaigns.ListMembership"), _DELETED),
    Holding("campaigns.ContactTag", _("Tags"), _by_contact("campaigns.ContactTag"), _DELETED),
    Holding("campaigns.ContactEdit", _("Changes by hand"), _by_contact("campaigns.ContactEdit"), _DELETED),
    Holding("campaigns.ImportChange", _("Changes by imports"), _by_contact("campaigns.ImportChange"), _DELETED, _KEYS),
    Holding("campaigns.BulkUndo", _("Kept to undo changes"), _by_contact("campaigns.BulkUndo"), _DELETED),
    Holding(
        "campaigns.Consent",
        _("Consent"),
        _by_address("campaigns.Consent"),
        _("stays as proof, with a keyed hash instead of the address"),
        _KEYS,
    ),
    Holding(
        "campaigns.FormMessage",
        _("Written through contact forms"),
        _by_address("campaigns.FormMessage"),
        _DELETED,
        _KEYS,
    ),
    Holding("campaigns.SignupRequest", _("Sign-ups"), _by_address("campaigns.SignupRequest"), _DELETED, _KEYS),
    Holding(
        "campaigns.PersonalFile",
        _("Files of their own"),
        lambda s: rows_of(apps.get_model("campaigns.PersonalFile"), pk__in=personal_files_of(s.contact_ids)),
        _DELETED,
        frozenset({"name_key", "file_id"}),
    ),
    Holding("campaigns.Delivery", _("Mails"), _by_address("campaigns.Delivery"), _ANONYMOUS, _KEYS),
    Holding("campaigns.Acceptance", _("Receipts of mails"), _by_delivery("campaigns.Acceptance"), _ANONYMOUS),
    Holding(
        "campaigns.DeliveryEvent",
        _("What happened to mails"),
        _by_delivery("campaigns.DeliveryEvent"),
        _ANONYMOUS,
        frozenset({"event_key"}),
    ),
    Holding("campaigns.RawEvent", _("Events as SES sent them"), _raw_events, _DELETED),
    Holding("campaigns.Suppression", _("Suppression"), _by_address("campaigns.Suppression"), _AS_HASH, _KEYS),
    Holding(
        "campaigns.EndedSuppression",
        _("Earlier suppressions"),
        _by_address("campaigns.EndedSuppression"),
        _DELETED,
        _KEYS,
    ),
    Holding(
        "campaigns.SuppressionLine",
        _("About to be suppressed"),
        _by_address("campaigns.SuppressionLine"),
        _DELETED,
        _KEYS,
    ),
    Holding(
        "campaigns.SesListEntry",
        _("Suppression list of SES"),
        _by_address("campaigns.SesListEntry"),
        _("our copy is deleted; the list in the account with SES is not ours to read by hash"),
        _KEYS,
    ),
    Holding(
        "campaigns.SesListChange",
        _("Changes to the list of SES"),
        _by_address("campaigns.SesListChange"),
        _DELETED,
        _KEYS,
    ),
    Holding("campaigns.Unsubscription", _("Unsubscribes"), _by_address("campaigns.Unsubscription"), _ANONYMOUS, _KEYS),
    Holding("campaigns.ListOptOut", _("Lists left"), _by_address("campaigns.ListOptOut"), _AS_HASH, _KEYS),
    Holding(
        "campaigns.EndedOptOut", _("Lists left and joined again"), _by_address("campaigns.EndedOptOut"), _DELETED, _KEYS
    ),
    Holding(
        "campaigns.GuestList",
        _("Lists of people who get tests"),
        _naming("campaigns.GuestList", "addresses"),
        _("the address is taken off"),
        frozenset({"addresses"}),
    ),
    Holding(
        "campaigns.WaitingNotification",
        _("Notifications that wait"),
        _naming("campaigns.WaitingNotification", "body"),
        _DELETED,
    ),
    Holding("campaigns.WebhookPost", _("Told to other systems"), _naming("campaigns.WebhookPost", "body"), _DELETED),
    Holding(
        "routing.InboundMessage",
        _("Mails from them"),
        mail_of,
        _DELETED,
        frozenset({"bucket", "object_key", "sender_key", "decisions", "ses_message_id"}),
    ),
    Holding(
        "routing.InboundDelivery", _("Mails routed for them"), deliveries_for, _DELETED, frozenset({"lease_token"})
    ),
    Holding(
        "routing.SavedExample",
        _("Mails kept to guard the routing rules"),
        examples_with,
        _DELETED,
        frozenset({"expected", "expected_key"}),
    ),
    Holding(
        "campaigns.ApiRequest",
        _("Answers of the API that are kept for repetitions"),
        _naming("campaigns.ApiRequest", "answer"),
        _DELETED,
        frozenset({"body_digest", "idempotency_key"}),
    ),
    Holding("portal.Activity", _("Deeds of people of ours"), _deeds, _REDACTED, frozenset({"ip_address", "actor_id"})),
)

# Models with an address, a contact or a delivery in a column that hold nothing to export, each with the reason.
EXCEPTIONS: dict[str, str] = {
    "portal.Invitation": "somebody who was asked to work here, in our own interest; not a recipient of campaigns",
    "portal.AccountMail": "mails to people who work here, about their accounts; deleted after some weeks",
    "portal.OpenLogin": "the browsers of people who work here; goes with their sessions",
    "credentials.SmtpUser": "a login of our own people and machines, and what it may send as; goes when it is deleted",
    "credentials.SmtpViolation": "addresses that our own logins wrongly sent as; go with the login",
    "credentials.OAuthGrant": "a mailbox of ours that mail is routed to; its owner disconnects it, or takes it away at Google",
    "routing.CanaryRun": "our own test mail, to an address of ours; its message is one that we sent",
    "campaigns.Attempt": "a range of numbers of deliveries; names nobody",
    "campaigns.Chunk": "a range of numbers of deliveries; names nobody",
    "campaigns.BulkTarget": "numbers of contacts whom a deed has still to reach; gone when it did, deleted when forgotten",
    "campaigns.Campaign": "from_address is ours; who got a test or a confirmation is anonymised when forgotten",
    "campaigns.SendingAccount": "ours",
    "campaigns.Relay": "allowed_from is ours",
    "campaigns.RelayUse": "counts; addresses are taken out of its error before it is kept",
    "campaigns.SignupForm": "from_address is ours",
    "campaigns.ContactForm": "addresses of ours; what people wrote is in FormMessage",
    "campaigns.HouseLayout": "postal_address is ours",
    "campaigns.ImportLine": "64 bits of a hash while a file is checked; names nobody and goes with the check",
    "campaigns.ContactField": "describes a field of contacts; names nobody",
    "campaigns.ContactList": "a list; its people are in ListMembership",
    "campaigns.ContactImport": "the file and its samples are read through and deleted when forgotten",
    "campaigns.ForgottenAddress": "keyed hashes; nobody can be found by them without knowing the address",
    "campaigns.Erasure": "its subject is empty when it is done",
    "campaigns.ImportBatch": "counts of an import; the examples in its problems are redacted when forgotten",
    "campaigns.DropFolder": "settings of imports; names nobody",
    "campaigns.Tag": "a label; its people are in ContactTag",
    "campaigns.Approval": "recipient_count is a number; names nobody",
    "portal.AlertRecipient": "people of ours who are told of alerts",
    "portal.AlertNotice": "what people of ours were told",
    "portal.RateCount": "keyed hashes of callers; gone when their span is over",
}
