from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from portal.roles import OPERATOR, OWNER, VIEWER
from tests.portal.smtp.conftest import authority, believed  # noqa: F401  # fixtures


def _client_of(client, role):
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def operator(client):
    return _client_of(client, OPERATOR)


@pytest.fixture
def owner(client):
    return _client_of(client, OWNER)


@pytest.fixture
def viewer(client):
    return _client_of(client, VIEWER)


@pytest.fixture
def typed():
    """What a person enters for a relay."""

    def make(**changes):
        entered = {
            "preset": "custom", "name": "Office", "host": "smtp.example.org", "security": "starttls", "port": 587,
            "username": "news", "password": "s3cret", "allowed_from": "", "max_rate_per_s": "5", "daily_limit": "",
            "size_limit_mb": "",
        }  # fmt: skip
        return {name: value for name, value in {**entered, **changes}.items() if value is not None}

    return make
