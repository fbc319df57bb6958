"""What the portal tells at the top of a page after a deed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.roles import MARKETER, OWNER

pytestmark = pytest.mark.django_db


def test_what_is_told_begins_with_the_address_as_it_is_written(client, hints):
    owner = User.objects.create_user("an-owner", is_staff=True)
    owner.groups.add(Group.objects.get(name=OWNER))
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    form = {"address": "mara@club.example", "roles": [Group.objects.get(name=MARKETER).pk]}
    page = client.post(reverse("invitations"), form, follow=True)

    assert "mara@club.example is invited" in page.content.decode()
