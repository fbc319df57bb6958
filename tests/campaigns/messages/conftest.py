from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User


@pytest.fixture
def log_in(client):
    """The client of a new person with this role."""

    def as_role(role: str):
        person = User.objects.create_user(role.lower(), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client.force_login(person)
        return client

    return as_role
