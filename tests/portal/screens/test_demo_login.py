from __future__ import annotations

import pytest
from django.urls import reverse

SENTENCE = "No mail really leaves this machine"


@pytest.fixture
def demo(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo-login").write_text("demo\nlet-me-in\n")


@pytest.mark.django_db
def test_the_sandbox_shows_its_login(client, demo):
    page = client.get(reverse("admin:login")).content.decode()
    assert "let-me-in" in page
    assert SENTENCE in page


@pytest.mark.django_db
def test_outside_the_sandbox_no_login_is_shown(client, demo, settings):
    settings.SANDBOX = False
    page = client.get(reverse("admin:login")).content.decode()
    assert "let-me-in" not in page
    assert SENTENCE not in page


@pytest.mark.django_db
def test_before_there_is_a_demo_login_the_page_is_plain(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert SENTENCE not in client.get(reverse("admin:login")).content.decode()


@pytest.mark.django_db
def test_a_half_written_file_shows_nothing(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo-login").write_text("demo")
    assert SENTENCE not in client.get(reverse("admin:login")).content.decode()
