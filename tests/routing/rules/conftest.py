"""Somebody of a role, and what a page says to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from portal.roles import OPERATOR


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A client that is logged in as somebody of the role."""

    def log_in(role: str = OPERATOR) -> Client:
        person, _made = User.objects.get_or_create(username=role.lower(), defaults={"is_staff": True})
        person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def operator(client_of) -> Client:
    return client_of()
