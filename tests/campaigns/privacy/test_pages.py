from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.audience.models import Contact
from campaigns.privacy.models import Erasure
from portal.roles import MARKETER, OPERATOR, OWNER
from tests.factories.preferences import a_stopped_erasure
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(client):
    def log_in(role):
        person, _made = User.objects.get_or_create(username=f"a-{role.lower()}", is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def anna() -> Contact:
    return make_contact("anna@club.example", first_name="Anna")


def test_an_owner_forgets_a_person_from_their_page_and_a_worker_does_it(as_role, anna, hints):
    client = as_role(OWNER)
    assert "Forget…" in client.get(reverse("admin:campaigns_contact_person", args=[anna.pk])).content.decode()
    page = reverse("admin:campaigns_contact_forget", args=[anna.pk])
    assert "anna@club.example" in client.get(page).content.decode()
    answer = client.post(page, {"reason": "asked by letter", "is_sure": "on"}, follow=True)
    assert "0 of" in answer.content.decode()
    assert Contact.objects.exists()
    hints.run_all()
    assert not Contact.objects.exists()
    shown = client.get(answer.redirect_chain[-1][0]).content.decode()
    assert "asked by letter" in shown
    assert "anna" not in shown.lower()
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    "posted", [{}, {"reason": "x"}, {"is_sure": "on"}, {"reason": "anna@club.example", "is_sure": "on"}]
)
def test_without_reason_and_tick_nothing_happens(as_role, anna, posted):
    answer = as_role(OWNER).post(reverse("admin:campaigns_contact_forget", args=[anna.pk]), posted)
    assert answer.status_code == 200
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("role", [OPERATOR, MARKETER])
def test_only_owners_forget(as_role, anna, role):
    client = as_role(role)
    assert client.post(reverse("admin:campaigns_contact_forget", args=[anna.pk]), {}).status_code == 403
    assert "Forget…" not in client.get(reverse("admin:campaigns_contact_person", args=[anna.pk])).content.decode()


def test_an_operator_exports_what_is_held_and_a_marketer_does_not(as_role, anna):
    page = reverse("admin:campaigns_contact_held", args=[anna.pk])
    assert as_role(MARKETER).post(page).status_code == 403
    answer = as_role(OPERATOR).post(page)
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert "anna@club" not in answer["Content-Disposition"]
    assert "contact.csv" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_one_that_stopped_goes_on_at_a_press(as_role, hints):
    erasure = a_stopped_erasure()
    Erasure.objects.filter(pk=erasure.pk).update(subject={"contact_ids": [], "address_keys": []})
    client = as_role(OWNER)
    client.post(reverse("admin:campaigns_erasure_go_on", args=[erasure.pk]))
    hints.run_all()
    erasure.refresh_from_db()
    assert erasure.status == Erasure.Status.COMPLETED
