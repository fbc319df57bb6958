from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User


@pytest.fixture
def log_in(client):
    def as_role(role, name="mira"):
        person, _made = User.objects.get_or_create(username=name, is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role
