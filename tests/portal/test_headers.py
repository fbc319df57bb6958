from __future__ import annotations

import pytest


@pytest.fixture
def page(client, db):
    return client.get("/admin/login/")


def directives(response) -> dict[str, list[str]]:
    """The policy's directives and what each allows."""
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";") if part.strip())
    return {name: sorted(allowed) for name, *allowed in parts}


def test_scripts_and_styles_come_only_from_the_portal(page):
    policy = directives(page)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == ["'self'"]


def test_the_policy_allows_nothing_inline(page):
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_pages_cannot_be_framed_rebased_or_made_to_post_elsewhere(page):
    policy = directives(page)
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert page.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_a_page_carries(page, header, value):
    assert page.headers[header] == value


def test_pages_behind_the_login_are_not_kept_by_proxies(page):
    assert "no-store" in page.headers["Cache-Control"]


def test_each_answer_has_an_id_of_its_own(client, db):
    first, second = (client.get("/healthz").headers["X-Request-Id"] for _ in range(2))
    assert first != second


def test_a_proxys_id_is_kept_and_a_strange_one_is_not(client, db):
    def asked_with(given: str) -> str:
        return str(client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"])

    assert asked_with("4bf92f3577b34da6") == "4bf92f3577b34da6"
    assert asked_with('"><script>') != '"><script>'
