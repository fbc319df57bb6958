"""A large campaign leaves only after a second person has looked at exactly what leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from campaigns.approval.gate import ApprovalNeeded
from campaigns.approval.models import Approval
from campaigns.approval.services import (
    answer_approval,
    change_rule,
    key_of,
    possible_approvers,
    request_approval,
    withdraw_approval,
)
from campaigns.approval.voiding import void_outdated
from campaigns.audience.models import ListMembership
from campaigns.messages.models import HouseLayout
from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.models import Schedule
from campaigns.scheduling.rows import wish_at
from campaigns.sending import services
from campaigns.sending.drafts import Audience, copy_campaign, save_draft
from campaigns.sending.for_tag import start_copy_for_tag
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from campaigns.splits.drafts import save_split
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from portal.roles import MARKETER, OWNER, VIEWER
from tests.factories.campaign_pages import a_draft
from tests.factories.sending import make_contact
from tests.factories.splits import SETTINGS

pytestmark = pytest.mark.django_db


def person(name: str, role: str = MARKETER, **fields) -> User:
    made = User.objects.create_user(name, is_staff=True, **fields)
    made.groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def asker() -> User:
    return person("asker")


@pytest.fixture
def second() -> User:
    return person("second")


@pytest.fixture
def draft(asker) -> Campaign:
    """Four people get it; more than three need a second person."""
    change_rule(3, 5, actor=asker)
    return a_draft()


def asked(draft: Campaign, asker: User, **fields) -> Approval:
    return request_approval(draft.pk, note="please", wish=fields.get("wish"), actor=asker)


def approved(draft: Campaign, asker: User, second: User, **fields) -> Approval:
    return approve(asked(draft, asker, **fields), second)


def approve(approval: Approval, who: User) -> Approval:
    return answer_approval(approval.pk, approved=True, note="", seen_key=key_of(approval), actor=who)


def status_of(row: Campaign | Approval) -> str:
    return type(row).objects.get(pk=row.pk).status


def test_without_a_limit_everybody_sends_alone(asker):
    services.start_campaign(a_draft().pk, actor=asker)


@pytest.mark.parametrize(("more_than", "needs"), [(None, False), (0, True), (3, True), (4, False), (6, False)])
def test_only_more_people_than_the_limit_need_a_second_person(asker, more_than, needs):
    change_rule(more_than, 5, actor=asker)
    draft = a_draft()
    if needs:
        with pytest.raises(ApprovalNeeded, match="second person"):
            services.start_campaign(draft.pk, actor=asker)
    else:
        services.start_campaign(draft.pk, actor=asker)


def test_approved_it_leaves(draft, asker, second):
    approved(draft, asker, second)
    services.start_campaign(draft.pk, actor=asker)
    assert status_of(draft) == CampaignStatus.PENDING
    verbs = Activity.objects.filter(object_type="campaigns.campaign").values_list("verb", flat=True)
    assert {"campaign.approval_asked", "campaign.approved", "campaign.started"} <= set(verbs)


@pytest.mark.parametrize("answered", [False, True])
def test_waiting_or_declined_it_stays(draft, asker, second, answered):
    approval = asked(draft, asker)
    if answered:
        answer_approval(approval.pk, approved=False, note="typo", seen_key="", actor=second)
    with pytest.raises(ApprovalNeeded):
        services.start_campaign(draft.pk, actor=asker)


def test_declining_asks_for_a_reason(draft, asker, second):
    with pytest.raises(InvalidInput, match="why"):
        answer_approval(asked(draft, asker).pk, approved=False, note=" ", seen_key="", actor=second)


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_approves_what_they_asked_for(draft, is_superuser):
    one = person("one", OWNER, is_superuser=is_superuser)
    with pytest.raises(Conflict, match="another person"):
        approved(draft, one, one)


def test_nobody_approves_what_they_wrote_though_another_asked(draft, asker, second):
    draft.subject = "New words"
    save_draft(draft, Audience(include_lists=draft.include_lists.all()), actor=second)
    with pytest.raises(Conflict, match="You wrote"):
        approved(draft, asker, second)


def test_a_viewer_approves_nothing(draft, asker):
    with pytest.raises(Conflict, match="role"):
        approved(draft, asker, person("viewer", VIEWER))


def test_one_person_alone_finds_nobody_to_ask(draft, asker):
    User.objects.exclude(pk=asker.pk).delete()
    assert possible_approvers(draft, asker=asker) == []


def change_subject(draft: Campaign) -> None:
    Campaign.objects.filter(pk=draft.pk).update(subject="Another")


def change_sender(draft: Campaign) -> None:
    Campaign.objects.filter(pk=draft.pk).update(from_name="Somebody else")


def change_audience(draft: Campaign) -> None:
    draft.include_lists.clear()
    Campaign.objects.filter(pk=draft.pk).update(is_to_everybody=True)


def change_layout(_draft: Campaign) -> None:
    HouseLayout.objects.create(name="House", organisation="Another club", is_default=True)


def grow(draft: Campaign) -> None:
    members = draft.include_lists.get()
    ListMembership.objects.create(contact_list=members, contact=make_contact("new@club.example", first_name="Noa"))


@pytest.mark.parametrize("change", [change_subject, change_sender, change_audience, change_layout, grow])
def test_every_change_ends_the_approval(draft, asker, second, change):
    approved(draft, asker, second)
    change(draft)
    with pytest.raises(ApprovalNeeded, match="no longer holds"):
        services.start_campaign(draft.pk, actor=asker)


@pytest.mark.parametrize("change", [change_subject, change_sender, change_audience, grow])
def test_every_change_ends_the_request(draft, asker, second, change):
    approval = asked(draft, asker)
    change(draft)
    with pytest.raises(Conflict, match="no longer holds"):
        approve(approval, second)
    assert status_of(approval) == Approval.Status.VOID


def test_another_version_that_changes_ends_the_approval(draft, asker, second):
    save_split(draft.pk, SETTINGS, subjects={2: "Another subject"}, actor=asker)
    approved(draft, asker, second)
    save_split(draft.pk, SETTINGS, subjects={2: "Quite another subject"}, actor=asker)
    with pytest.raises(ApprovalNeeded, match="no longer holds"):
        services.start_campaign(draft.pk, actor=asker)


def test_growth_within_the_tolerance_is_borne(draft, asker, second):
    change_rule(3, 25, actor=asker)
    approved(draft, asker, second)
    grow(draft)  # 4 to 5 people
    services.start_campaign(draft.pk, actor=asker)


def test_saving_a_change_voids_at_once_and_saving_the_same_does_not(draft, asker, second):
    approval = approved(draft, asker, second)
    audience = Audience(include_lists=draft.include_lists.all())
    save_draft(draft, audience, actor=asker)
    assert status_of(approval) == Approval.Status.APPROVED
    draft.subject = "Another"
    save_draft(draft, audience, actor=asker)
    assert status_of(approval) == Approval.Status.VOID


def test_only_what_was_seen_is_approved(draft, asker, second):
    approval = asked(draft, asker)
    with pytest.raises(Conflict, match="once more"):
        answer_approval(approval.pk, approved=True, note="", seen_key="1-old", actor=second)


def test_an_approval_can_be_taken_back(draft, asker, second):
    withdraw_approval(approved(draft, asker, second).pk, actor=asker)
    with pytest.raises(ApprovalNeeded):
        services.start_campaign(draft.pk, actor=asker)


def test_an_answer_counts_once(draft, asker, second):
    approval = approved(draft, asker, second)
    with pytest.raises(Conflict, match="answered already"):
        approve(approval, person("third"))


def test_a_schedule_needs_the_approval_of_its_time(draft, asker, second):
    at = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=5)
    with pytest.raises(ApprovalNeeded):
        services.schedule_campaign(draft.pk, at=at, actor=asker)
    approved(draft, asker, second, wish=wish_at(at))
    with pytest.raises(ApprovalNeeded, match="Another time"):
        services.schedule_campaign(draft.pk, at=at + timedelta(hours=1), actor=asker)
    with pytest.raises(ApprovalNeeded, match="Another time"):
        services.start_campaign(draft.pk, actor=asker)
    services.schedule_campaign(draft.pk, at=at, actor=asker)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert start_due_campaigns() == 1


def test_an_approved_schedule_is_never_put_to_another_time_or_sent_earlier(draft, asker, second):
    at = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=5)
    approved(draft, asker, second, wish=wish_at(at))
    services.schedule_campaign(draft.pk, at=at, actor=asker)
    with pytest.raises(ApprovalNeeded):
        services.schedule_campaign(draft.pk, at=at + timedelta(days=1), actor=asker)
    with pytest.raises(ApprovalNeeded):
        services.start_campaign(draft.pk, actor=asker)


def test_a_schedule_whose_audience_grew_asks_instead_of_sending(draft, asker, second):
    at = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=5)
    approved(draft, asker, second, wish=wish_at(at))
    services.schedule_campaign(draft.pk, at=at, actor=asker)
    grow(draft)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert start_due_campaigns() == 0
    schedule = Schedule.objects.get()
    assert (status_of(draft), schedule.state) == (CampaignStatus.SCHEDULED, Schedule.State.ASKING)
    assert "grew from 4 to 5" in schedule.asks_because


def test_a_drop_folder_cannot_pass_by_the_second_person(draft, second):
    for contact_id in draft.include_lists.get().members.values_list("pk", flat=True):
        from campaigns.audience.models import ContactTag, Tag

        ContactTag.objects.create(tag=Tag.objects.get_or_create(name="file 7")[0], contact_id=contact_id)
    copy = start_copy_for_tag(draft.pk, tag_name="file 7", label="members.csv")
    assert status_of(copy) == CampaignStatus.DRAFT
    approval = Approval.objects.get()
    assert (approval.requested_by, "members.csv" in approval.note) == (None, True)
    approve(approval, second)
    services.start_campaign(copy.pk, actor=second)


def test_a_copy_is_not_approved_with_its_original(draft, asker, second):
    approved(draft, asker, second)
    copy = copy_campaign(draft.pk, actor=asker)
    with pytest.raises(ApprovalNeeded):
        services.start_campaign(copy.pk, actor=asker)


def test_tests_go_out_all_the_same(draft, asker):
    from campaigns.sending.trials import send_tests

    assert send_tests(draft, ["me@club.example"], contact_id=None, actor=asker)


def test_the_sweep_writes_down_what_no_longer_holds(draft, asker, second):
    approval = approved(draft, asker, second)
    assert void_outdated() == 0
    change_layout(draft)
    assert void_outdated() == 1
    assert status_of(approval) == Approval.Status.VOID
