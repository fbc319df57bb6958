from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from campaigns.approval.services import change_rule, possible_approvers, request_approval, why_not_second
from campaigns.splits.drafts import save_split
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft
from tests.factories.splits import SETTINGS

pytestmark = pytest.mark.django_db


def person(name: str) -> User:
    made = User.objects.create_user(name, is_staff=True)
    made.groups.add(Group.objects.get(name=MARKETER))
    return made


def test_nobody_approves_the_version_of_an_ab_test_that_they_wrote():
    asker, writer, third = person("asker"), person("writer"), person("third")
    change_rule(3, 5, actor=asker)
    draft = a_draft()
    save_split(draft.pk, SETTINGS, subjects={2: "Another subject"}, actor=writer)
    approval = request_approval(draft.pk, note="please", wish=None, actor=asker)
    assert "You wrote what it says now" in why_not_second(approval, writer)
    assert possible_approvers(draft, asker=asker) == [third]
    assert why_not_second(approval, third) == ""
