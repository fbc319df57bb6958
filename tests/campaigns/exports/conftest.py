from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from portal.roles import MARKETER


@pytest.fixture
def log_in(client):
    def as_role(role=MARKETER):
        person, _made = User.objects.get_or_create(username=f"a-{role.lower()}", is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role
