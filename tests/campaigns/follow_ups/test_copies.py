from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.messages.drafts import copy_template
from campaigns.messages.models import Revision, Template
from campaigns.sending.models import Campaign
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import a_template
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db


def test_a_campaign_is_copied_from_the_list(log_in):
    campaign = make_campaign()
    address = reverse("admin:campaigns_campaign_copy", args=[campaign.pk])
    marketer = log_in(MARKETER)
    assert f'formaction="{address}"' in marketer.get(reverse("admin:campaigns_campaign_changelist")).content.decode()
    response = marketer.post(address)
    copy = Campaign.objects.latest("pk")
    assert copy.name == "Copy of Spring letter"
    assert response.url == reverse("admin:campaigns_campaign_change", args=[copy.pk])


def test_a_viewer_is_offered_no_copy(log_in):
    make_campaign()
    a_template()
    viewer = log_in(VIEWER)
    for name in ("campaign", "template"):
        assert "formaction" not in viewer.get(reverse(f"admin:campaigns_{name}_changelist")).content.decode()


def test_a_template_is_copied_from_its_page_and_the_list(log_in):
    template = a_template()
    address = reverse("admin:campaigns_template_copy", args=[template.pk])
    marketer = log_in(MARKETER)
    page = reverse("admin:campaigns_template_change", args=[template.pk])
    for place in (reverse("admin:campaigns_template_changelist"), page):
        assert address in marketer.get(place).content.decode()
    response = marketer.post(address)
    copy = Template.objects.latest("pk")
    assert (copy.name, copy.body, copy.subject) == ("Copy of Spring letter", template.body, template.subject)
    assert response.url == reverse("admin:campaigns_template_change", args=[copy.pk])
    assert Revision.objects.filter(template=copy).count() == 1


def test_copies_of_a_template_have_names_of_their_own():
    template = a_template()
    names = [copy_template(template.pk, actor=None).name for _again in range(3)]
    assert names == ["Copy of Spring letter", "Copy of Spring letter 2", "Copy of Spring letter 3"]
