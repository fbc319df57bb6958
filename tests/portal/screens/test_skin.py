"""The skin fills blocks and ids of Django's own templates: these tests fail loudly when an upgrade moves one."""

from __future__ import annotations

import re
from pathlib import Path

import django.contrib.admin
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

THEIRS = Path(django.contrib.admin.__file__).parent / "templates"
OURS = Path(__file__).resolve().parents[3] / "portal/templates"
BLOCK = re.compile(r"\{%\s*block\s+([\w-]+)")
EXTENDS = re.compile(r'\{%\s*extends\s+"([^"]+)"')

# Blocks that we add ourselves, for pages built on ours.
OUR_BLOCKS = {"page_title", "page_actions", "page_marks", "card", "list_empty_action"}


def blocks(path: Path) -> set[str]:
    return set(BLOCK.findall(path.read_text()))


def known_blocks(template: str) -> set[str]:
    """Blocks of Django's template and of all that it extends."""
    path = THEIRS / template
    found = blocks(path)
    parent = EXTENDS.search(path.read_text())
    return found | (known_blocks(parent[1]) if parent else set())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("admin/base_site.html", "admin/base.html"),
        ("admin/change_list.html", "admin/change_list.html"),
        ("admin/change_form.html", "admin/change_form.html"),
        ("admin/login.html", "admin/login.html"),
        ("admin/index.html", "admin/index.html"),
        ("registration/logged_out.html", "registration/logged_out.html"),
        ("postroom/single.html", "admin/base_site.html"),
        ("postroom/page.html", "admin/base_site.html"),
    ],
)
def test_blocks_that_are_filled_exist_in_django(ours, theirs):
    assert blocks(OURS / ours) - OUR_BLOCKS <= known_blocks(theirs)


@pytest.fixture
def owner(client):
    user = User.objects.create_superuser("ann", password="-")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url_name", "marks"),
    [
        (
            "admin:auth_user_changelist",
            ('id="changelist"', 'id="result_list"', 'id="changelist-form"', "object-tools", "addlink"),
        ),
        ("admin:auth_user_add", ('class="submit-row"', "form-row", 'class="module aligned', "/admin/jsi18n/")),
        (
            "admin:index",
            ('id="nav-sidebar"', 'id="nav-filter"', 'id="user-tools"', 'id="content-start"', 'id="header"'),
        ),
    ],
)
def test_pages_keep_djangos_ids_and_classes(owner, url_name, marks):
    page = owner.get(reverse(url_name)).content.decode()
    assert [mark for mark in marks if mark not in page] == []


@pytest.mark.django_db
def test_each_page_has_one_heading_and_one_current_entry(owner):
    page = owner.get(reverse("admin:portal_activity_changelist")).content.decode()
    assert page.count("<h1") == 1
    assert page.count('aria-current="page"') == 1


@pytest.mark.django_db
def test_an_empty_list_says_so_in_words(owner):
    page = owner.get(reverse("admin:axes_accessattempt_changelist")).content.decode()
    assert "Nobody mistyped a password lately." in page


@pytest.mark.django_db
def test_pages_that_do_not_exist_are_explained(owner):
    answer = owner.get("/admin/portal/nothing/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained(settings):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "ann"})
    assert answer.status_code == 403
    assert "Please try once more" in answer.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_that_may_be_broken(rf):
    from django.views.defaults import server_error

    answer = server_error(rf.get("/"))
    assert "Something went wrong" in answer.content.decode()
    assert "{%" not in answer.content.decode()


@pytest.mark.django_db
def test_too_many_wrong_passwords_are_answered_in_words(client):
    User.objects.create_user("ann", password="right", is_staff=True)
    for _try in range(11):
        answer = client.post(reverse("admin:login"), {"username": "ann", "password": "wrong"})
    assert answer.status_code == 429
    assert "Login is locked for a while" in answer.content.decode()
