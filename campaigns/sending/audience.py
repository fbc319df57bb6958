"""Who a campaign is for: one row per person, and the addition from audience to who will get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.messages.services import message_required_fields
from campaigns.sending.outgoing import SUPPRESSED_REASON
from campaigns.sending.states import Reason
from campaigns.suppression.models import Suppression

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import WithAnnotations

    from campaigns.audience.models import ContactList, Tag
    from campaigns.sending.models import Campaign

CONTACT_COLUMNS = frozenset({"address", "first_name", "last_name"})
GIVEN_BY_US = frozenset({"unsubscribe_url", "address"})  # always there


class SkipReason(TypedDict):
    """What `with_reason` adds to each contact."""

    suppressed_as: str | None
    skip_reason: int


@dataclass(frozen=True, slots=True)
class AudienceReview:
    """The addition on the review page: `total` minus every count in `left_out` is `will_get`."""

    total: int
    left_out: dict[Reason, int]
    will_get: int


def has_audience(campaign: Campaign) -> bool:
    """Whether anybody was chosen at all (the lists may still be empty)."""
    if campaign.is_to_everybody or campaign.only_contact_ids:
        return True
    return not campaign._state.adding and (campaign.include_lists.exists() or campaign.include_tags.exists())  # noqa: SLF001


def audience_of(campaign: Campaign) -> QuerySet[Contact]:
    """Everybody the campaign is for, each once, the suppressed too."""
    people = Contact.objects.all()
    if not campaign.is_to_everybody:
        people = people.filter(_on_lists(campaign.include_lists.all()) | _with_tags(campaign.include_tags.all()))
    if campaign.exclude_lists.exists():
        people = people.exclude(_on_lists(campaign.exclude_lists.all()))
    if campaign.exclude_tags.exists():
        people = people.exclude(_with_tags(campaign.exclude_tags.all()))
    return people


def with_reason(
    people: QuerySet[Contact], required_fields: frozenset[str]
) -> QuerySet[WithAnnotations[Contact, SkipReason]]:
    """`people`, each with `skip_reason`: the Reason why they will be left out, 0 for those who get it."""
    suppressed_as = Suppression.objects.filter(address_key=OuterRef("address_key")).values("reason")[:1]
    cases = [When(suppressed_as=word, then=Value(int(reason))) for word, reason in SUPPRESSED_REASON.items()]
    if missing := _is_missing_any(required_fields):
        cases.append(When(missing, then=Value(int(Reason.MISSING_VALUE))))
    return people.annotate(
        suppressed_as=Subquery(suppressed_as, output_field=CharField(null=True)),
    ).annotate(skip_reason=Case(*cases, default=Value(0), output_field=IntegerField()))


def review_audience(campaign: Campaign) -> AudienceReview:
    """Count who gets it and who not, by reason; one query. Raises TemplateInvalid."""
    people = with_reason(audience_of(campaign), message_required_fields(campaign))
    counts = dict(people.order_by().values_list("skip_reason").annotate(people=Count("pk")))
    left_out = {Reason(reason): count for reason, count in sorted(counts.items()) if reason}
    return AudienceReview(total=sum(counts.values()), left_out=left_out, will_get=counts.get(0, 0))


def people_left_out(campaign: Campaign, reason: Reason) -> QuerySet[WithAnnotations[Contact, SkipReason]]:
    """The people behind one line of the review. Raises TemplateInvalid."""
    people = with_reason(audience_of(campaign), message_required_fields(campaign))
    return people.filter(skip_reason=int(reason))


def _on_lists(lists: QuerySet[ContactList]) -> Exists:
    return Exists(ListMembership.objects.filter(contact=OuterRef("pk"), contact_list__in=lists.values("pk")))


def _with_tags(tags: QuerySet[Tag]) -> Exists:
    return Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag__in=tags.values("pk")))


def _is_missing_any(required_fields: frozenset[str]) -> Q:
    missing = Q()
    for name in sorted(required_fields - GIVEN_BY_US):
        if name in CONTACT_COLUMNS:
            missing |= Q(**{name: ""})
        else:
            text = Coalesce(KeyTextTransform(name, F("attributes")), Value(""), output_field=CharField())
            missing |= Q(Exact(text, Value("")))
    return missing
