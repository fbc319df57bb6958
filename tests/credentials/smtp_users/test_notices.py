"""What the page of an SMTP user says above everything else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from portal.roles import OPERATOR
from tests.factories.smtp_users import make_smtp_key, make_smtp_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_enabled", [True, False])
def test_an_earlier_password_is_said_to_work_only_while_the_user_is_enabled(is_enabled, client):
    person = User.objects.create_user("an-operator", is_staff=True)
    person.groups.add(Group.objects.get(name=OPERATOR))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    until = timezone.now() + timedelta(days=9)
    smtp_user = make_smtp_user(is_enabled=is_enabled, changeover_until=until)
    make_smtp_key(smtp_user)

    page = client.get(reverse("admin:credentials_smtpuser_change", args=[smtp_user.pk])).content.decode()

    assert ("The earlier one works as well" in page) is is_enabled
