from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from portal.roles import MARKETER, OPERATOR, OWNER, ROLE_LABELS, VIEWER

pytestmark = pytest.mark.django_db


def member_of(role: str) -> User:
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def test_migrating_makes_exactly_the_four_roles():
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLE_LABELS)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("campaigns.view_campaign", {OWNER, OPERATOR, MARKETER, VIEWER}),
        ("campaigns.view_contact", {OWNER, OPERATOR, MARKETER, VIEWER}),
        ("campaigns.view_delivery", {OWNER, OPERATOR, MARKETER, VIEWER}),
        ("campaigns.change_campaign", {OWNER, OPERATOR, MARKETER}),
        ("campaigns.add_contactimport", {OWNER, OPERATOR, MARKETER}),
        ("campaigns.change_template", {OWNER, OPERATOR, MARKETER}),
        ("campaigns.change_sendingaccount", {OWNER, OPERATOR}),
        ("portal.view_activity", {OWNER, OPERATOR}),
        ("auth.change_user", {OWNER}),
        ("auth.change_group", {OWNER}),
    ],
)
def test_a_permission_belongs_to(permission, roles):
    assert {role for role in ROLE_LABELS if member_of(role).has_perm(permission)} == roles


def test_a_viewer_can_change_nothing():
    assert {permission for permission in member_of(VIEWER).get_all_permissions() if ".view_" not in permission} == set()


def test_each_role_may_do_all_that_the_next_smaller_one_may():
    owner, operator, marketer, viewer = (
        member_of(role).get_all_permissions() for role in (OWNER, OPERATOR, MARKETER, VIEWER)
    )
    assert owner > operator > marketer > viewer


def test_nobody_may_change_the_activity_log_by_role():
    deeds = {"portal.add_activity", "portal.change_activity", "portal.delete_activity"}
    assert {role: member_of(role).get_all_permissions() & deeds for role in (OPERATOR, MARKETER, VIEWER)} == {
        OPERATOR: set(),
        MARKETER: set(),
        VIEWER: set(),
    }


def test_migrating_again_restores_a_roles_permissions():
    Group.objects.get(name=MARKETER).permissions.clear()
    call_command("migrate", verbosity=0)
    assert Group.objects.get(name=MARKETER).permissions.exists()
