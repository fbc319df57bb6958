from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from portal.activity import record_activity
from portal.errors import Conflict
from portal.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def test_a_deed_names_who_what_and_which(ann):
    deed = record_activity("user.renamed", actor=ann, target=ann, before="anne")
    assert (deed.actor_name, deed.verb, deed.object_type) == ("ann", "user.renamed", "auth.user")
    assert (deed.object_id, deed.object_label, deed.details) == (str(ann.pk), "ann", {"before": "anne"})


def test_the_system_has_a_name_too():
    assert record_activity("quota.read", actor=None).actor_name == "Postroom"


def test_a_deed_can_be_neither_changed_nor_deleted(ann):
    deed = record_activity("user.renamed", actor=ann)
    deed.verb = "nothing.happened"
    with pytest.raises(Conflict):
        deed.save()
    with pytest.raises(Conflict):
        deed.delete()


def test_deeds_in_bulk_can_be_neither_changed_nor_deleted(ann):
    record_activity("user.renamed", actor=ann)
    with pytest.raises(Conflict):
        Activity.objects.update(verb="nothing.happened")
    with pytest.raises(Conflict):
        Activity.objects.all().delete()
    assert Activity.objects.get().verb == "user.renamed"


def test_a_deed_outlives_the_account_of_the_doer(ann):
    record_activity("user.renamed", actor=ann)
    ann.delete()
    deed = Activity.objects.get()
    assert (deed.actor, deed.actor_name) == (None, "ann")


def test_a_deed_that_is_rolled_back_leaves_no_line(ann):
    def do_and_fail() -> None:
        with transaction.atomic():
            record_activity("user.renamed", actor=ann)
            raise Conflict("no")

    with pytest.raises(Conflict):
        do_and_fail()
    assert not Activity.objects.exists()


def test_long_labels_are_cut_not_refused(ann):
    assert len(record_activity("x.y", actor=ann, label="n" * 500).object_label) == 200
