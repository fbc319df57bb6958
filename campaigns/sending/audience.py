"""Who a campaign is for: one row per person, and the addition from audience to who will get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.follow_ups.people import others_in_family, people_not_reached, without_those_written_to
from campaigns.segments.frozen import segments_of
from campaigns.sending.outgoing import SUPPRESSED_REASON
from campaigns.sending.states import OriginKind, Reason
from campaigns.splits.versions import campaign_required_fields
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

    skip_reason: int


@dataclass(frozen=True, slots=True)
class AudienceReview:
    """The addition on the review page: `total` minus every count in `left_out` is `will_get`."""

    total: int
    left_out: dict[Reason, int]
    will_get: int


def has_audience(campaign: Campaign) -> bool:
    """Whether anybody was chosen at all (the lists may still be empty)."""
    if campaign.is_to_everybody or campaign.only_contact_ids or campaign.origin_kind == OriginKind.FAILED:
        return True
    if campaign._state.adding:  # noqa: SLF001
        return False
    chosen = (campaign.include_lists, campaign.include_tags, campaign.include_segments)
    return any(groups.exists() for groups in chosen)


def audience_of(campaign: Campaign) -> QuerySet[Contact]:
    """Everybody the campaign is for, each once, the suppressed too; segments as they were when it was started."""
    if campaign.origin_kind == OriginKind.FAILED:
        return people_not_reached(campaign)
    people = Contact.objects.all()
    segments = segments_of(campaign)
    if not campaign.is_to_everybody:
        chosen = Q(_on_lists(campaign.include_lists.all())) | Q(_with_tags(campaign.include_tags.all()))
        in_segments = segments.included()
        people = people.filter(chosen if in_segments is None else chosen | in_segments)
    not_in_segments = segments.excluded()
    if not_in_segments is not None:
        people = people.filter(~not_in_segments)
    if campaign.exclude_lists.exists():
        people = people.exclude(_on_lists(campaign.exclude_lists.all()))
    if campaign.exclude_tags.exists():
        people = people.exclude(_with_tags(campaign.exclude_tags.all()))
    if campaign.origin_kind == OriginKind.JOINED:
        people = without_those_written_to(people, others_in_family(campaign))
    return people


def with_reason(
    people: QuerySet[Contact], required_fields: frozenset[str]
) -> QuerySet[WithAnnotations[Contact, SkipReason]]:
    """`people`, each with `skip_reason`: the Reason why they will be left out, 0 for those who get it."""
    # One look at the suppressions for each person: an annotation used in several conditions would be asked in each.
    words = [When(reason=word, then=Value(int(reason))) for word, reason in SUPPRESSED_REASON.items()]
    of_person = Suppression.objects.filter(address_key=OuterRef("address_key"))
    code = of_person.annotate(code=Case(*words, output_field=IntegerField())).values("code")[:1]
    missing = _is_missing_any(required_fields)
    own = Case(When(missing, then=Value(int(Reason.MISSING_VALUE))), default=Value(0)) if missing else Value(0)
    return people.annotate(skip_reason=Coalesce(Subquery(code), own, output_field=IntegerField()))


def review_audience(campaign: Campaign) -> AudienceReview:
    """Count who gets it and who not, by reason. Raises TemplateInvalid.

    One count for each reason: they start from the suppressions, of which there are few, not from the people.
    """
    total = audience_of(campaign).order_by().count()
    reasons = (*SUPPRESSED_REASON.values(), Reason.MISSING_VALUE)
    counts = {reason: people_left_out(campaign, reason).order_by().count() for reason in sorted(reasons)}
    left_out = {reason: count for reason, count in counts.items() if count}
    return AudienceReview(total=total, left_out=left_out, will_get=total - sum(left_out.values()))


def people_left_out(campaign: Campaign, reason: Reason) -> QuerySet[Contact]:
    """The people behind one line of the review. Raises TemplateInvalid."""
    people = audience_of(campaign)
    if reason == Reason.MISSING_VALUE:
        return lacking_value(people, campaign_required_fields(campaign))
    words = [word for word, code in SUPPRESSED_REASON.items() if code == reason]
    suppressed = Suppression.objects.filter(reason__in=words)
    return people.filter(address_key__in=suppressed.values("address_key"))


def lacking_value(people: QuerySet[Contact], required_fields: frozenset[str]) -> QuerySet[Contact]:
    """Those of `people` who are left out for a missing value alone."""
    missing = _is_missing_any(required_fields)
    if not missing:
        return people.none()
    suppressed = Suppression.objects.filter(address_key=OuterRef("address_key"))
    return people.filter(missing).exclude(Exists(suppressed))


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
