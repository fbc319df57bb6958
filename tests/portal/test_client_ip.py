from __future__ import annotations

import pytest
from django.http import HttpResponse

from portal.activity import record_activity
from portal.middleware import client_ip, remember_caller


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_the_callers_address_is_what_the_outermost_trusted_proxy_saw(rf, settings, trusted, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = trusted
    request = rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")
    assert client_ip(request) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("remote", "kept"), [("192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("unix:", None), ("", None)]
)
def test_a_deed_in_a_request_says_from_where_it_came_and_nothing_later_does(rf, django_user_model, remote, kept):
    ann = django_user_model.objects.create_user("ann")
    seen = []

    def view(_request):
        seen.extend([record_activity("a.deed", actor=ann), record_activity("a.deed", actor=None)])
        return HttpResponse()

    remember_caller(view)(rf.get("/", REMOTE_ADDR=remote))
    later = record_activity("a.deed", actor=ann)
    assert [deed.ip_address for deed in [*seen, later]] == [kept, None, None]
