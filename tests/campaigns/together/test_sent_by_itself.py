from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from campaigns.approval.services import change_rule
from campaigns.audience.models import ContactTag, Tag
from campaigns.follow_ups.services import follow_up_failed, follow_up_joined
from campaigns.sending import services
from campaigns.sending.accepted import send_accepted
from campaigns.sending.audience import audience_of
from campaigns.sending.for_tag import start_copy_for_tag
from campaigns.sending.models import Campaign
from campaigns.sending.plan import plan_campaign
from campaigns.sending.review import review_campaign
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from portal.errors import Conflict
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft
from tests.factories.running import running_campaign, send_all
from tests.factories.sending import make_contact, plan_people

pytestmark = pytest.mark.django_db
FULL = (DeliveryState.BOUNCED, Reason.MAILBOX_FULL)


def a_follow_up(kind: str) -> Campaign:
    origin = running_campaign(0)
    plan_people(origin, [DeliveryState.DELIVERED, FULL], with_contacts=True)
    Campaign.objects.filter(pk=origin.pk).update(status=CampaignStatus.COMPLETED)
    if kind == "failed":
        return follow_up_failed(origin.pk, ["4:81"], actor=None)
    return follow_up_joined(origin.pk, actor=None)


@pytest.mark.parametrize("kind", ["failed", "joined"])
def test_a_file_that_is_dropped_goes_to_its_own_people_whatever_its_campaign_once_followed(settings, ses, kind):
    settings.SEND_GRACE_S = 0
    template = a_follow_up(kind)
    bert, tag = make_contact("bert@club.example"), Tag.objects.create(name="file 1")
    ContactTag.objects.create(contact=bert, tag=tag)
    for label in ("may.csv", "june.csv"):
        copy = start_copy_for_tag(template.pk, tag_name="file 1", label=label)
        assert list(audience_of(copy)) == [bert]
        assert plan_campaign(copy.pk)
        send_all(copy)
    assert ses.recipients() == ["bert@club.example"] * 2


def test_after_it_was_taken_back_nobody_is_told_that_it_was_sent():
    person = User.objects.create_user("kim", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    draft = a_draft()
    services.start_campaign(draft.pk, actor=person)
    services.take_back(draft.pk, actor=person)
    change_rule(0, 5, actor=person)
    accepted = [point.code for point in review_campaign(Campaign.objects.get(pk=draft.pk)).warnings]
    with pytest.raises(Conflict, match="second person"):
        send_accepted(draft.pk, accepted=accepted, actor=person)
