from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from credentials.encryption.services import opened_keys
from credentials.smtp_users import handover
from credentials.smtp_users.models import SmtpHandover
from portal.errors import Conflict, InvalidInput, Unavailable
from portal.models import Activity
from tests.factories.smtp_users import PASSWORD, make_smtp_key, make_smtp_user

pytestmark = pytest.mark.django_db


def make_link(hours: int = 24, **columns) -> handover.NewLink:
    smtp_user = make_smtp_user(**columns)
    make_smtp_key(smtp_user)
    return handover.make_link(smtp_user.pk, hours=hours, actor=User.objects.create_user("ann"))


def three_links() -> list[handover.NewLink]:
    actor = User.objects.create_user("ann")
    users = [make_smtp_user(name) for name in ("first", "second", "third")]
    for smtp_user in users:
        make_smtp_key(smtp_user)
    return [handover.make_link(smtp_user.pk, hours=1, actor=actor) for smtp_user in users]


def address(made: handover.NewLink) -> str:
    return reverse("smtp_handover", args=[made.token])


def verbs() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("verb", flat=True))


def test_looking_at_a_link_shows_no_password_and_uses_nothing_up(client):
    made = make_link()
    for method in (client.get, client.head, client.get):
        response = method(address(made))
        assert (response.status_code, PASSWORD in response.content.decode()) == (200, False)
    assert SmtpHandover.objects.get().opened_at is None


def test_pressing_the_button_shows_the_password_once_with_the_settings(client):
    made = make_link()
    shown = client.post(address(made)).content.decode()
    assert PASSWORD in shown
    assert made.handover.user.current_key.access_key_id in shown
    assert "EMAIL_HOST" in shown
    for method in (client.get, client.post):
        again = method(address(made))
        assert again.status_code == 410
        assert PASSWORD not in again.content.decode()
        assert "127.0.0.1" in again.content.decode()
    assert verbs() == ["smtp_user.link_made", "smtp_user.link_opened"]


def test_no_page_of_a_link_is_kept_or_tells_where_it_led_from(client):
    made = make_link()
    for response in (client.get(address(made)), client.post(address(made)), client.get(address(made))):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"


def test_the_token_is_stored_as_its_hash_alone():
    made = make_link()
    stored = SmtpHandover.objects.values().get()
    assert made.token not in " ".join(str(value) for value in stored.values())
    assert made.token not in str(list(Activity.objects.values_list("details", "object_label")))
    assert made.token not in repr(made)


def test_an_expired_a_revoked_and_a_leaving_users_link_show_nothing(client):
    expired, revoked, leaving = three_links()
    SmtpHandover.objects.filter(pk=expired.handover.pk).update(expires_at=timezone.now())
    handover.end_link(revoked.handover.pk, actor=User.objects.get(username="ann"))
    leaving.handover.user.delete_at = timezone.now() + timedelta(hours=1)
    leaving.handover.user.save()
    for made in (expired, revoked, leaving):
        for method in (client.get, client.post):
            response = method(address(made))
            assert response.status_code == 410
            assert PASSWORD not in response.content.decode()


def test_of_two_who_press_at_once_one_gets_the_password():
    made = make_link()
    both = [handover.find_link(made.token), handover.find_link(made.token)]
    assert handover.open_link(both[0], ip_address="192.0.2.1").password == PASSWORD
    with pytest.raises(Conflict):
        handover.open_link(both[1], ip_address="192.0.2.2")
    assert SmtpHandover.objects.get().opened_ip == "192.0.2.1"


def test_a_link_is_not_used_up_while_the_key_service_is_down(client, monkeypatch):
    made = make_link()
    opened_keys.clear()

    def unseal(*_args, **_names):
        raise Unavailable("down", service="kms")

    with monkeypatch.context() as down:
        down.setattr("credentials.smtp_users.reveal.unseal", unseal)
        response = client.post(address(made))
        assert response.status_code == 503
        assert "not used up" in response.content.decode()
    assert PASSWORD in client.post(address(made)).content.decode()


def test_after_a_rotation_the_link_gives_the_password_that_is_current(client):
    made = make_link()
    earlier = made.handover.user.current_key
    earlier.role = "old"
    earlier.save()
    newer = make_smtp_key(made.handover.user, password="newer" * 8)
    shown = client.post(address(made)).content.decode()
    assert "newer" * 8 in shown
    assert newer.access_key_id in shown
    assert PASSWORD not in shown


@time_machine.travel("2026-11-20 10:01:00Z", tick=False)
def test_guesses_are_not_found_and_then_slowed_down(client):
    made = make_link()
    answers = [client.get(reverse("smtp_handover", args=[f"guess-{number}"])).status_code for number in range(22)]
    assert answers[:20] == [404] * 20
    assert answers[20:] == [429] * 2
    assert client.get(address(made)).status_code == 200


def test_only_the_offered_times_are_taken_and_only_where_there_is_a_password():
    actor, smtp_user = User.objects.create_user("ann"), make_smtp_user()
    with pytest.raises(Conflict):
        handover.make_link(smtp_user.pk, hours=24, actor=actor)
    make_smtp_key(smtp_user)
    with pytest.raises(InvalidInput):
        handover.make_link(smtp_user.pk, hours=9999, actor=actor)
