from __future__ import annotations

import json

from tests.portal.production import run_each_in_production, run_in_production

CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")


WARNED_OF = (
    ({"SANDBOX": "yes", "DEBUG": "yes", "PUBLIC_URL": "postroom.example.org"}, {"portal.E001", "portal.E002", "security.W018"}),
    (
        {"PUBLIC_URL": "http://postroom.example.org", "SECRET_KEY": "short", "ALLOWED_HOSTS": "", "KMS_KEY_ID": ""},
        {"portal.W001", "security.W009", "security.W020", "credentials.W001"},
    ),
)  # fmt: skip
WRONG_SETTINGS = (
    ("SECRET_KEY", ""),
    ("DEBUG", "perhaps"),
    ("SANDBOX", "2"),
    ("DATABASE_URL", "mongodb://db/mail"),
    ("DATABASE_URL", "postroom.sqlite3"),
    ("DATABASE_URL", "postgres://ann:se/cret@db:54/mail"),
    ("CHUNK_SIZE", "many"),
    ("CHUNK_SIZE", "0"),
    ("SEND_GRACE_S", "901"),
    ("TRUSTED_PROXY_COUNT", "-1"),
    ("SES_PRICE_PER_1000_USD", "cheap"),
    ("TIME_ZONE", "Mars/Base"),
    ("LOG_FORMAT", "xml"),
    ("LOG_LEVEL", "loud"),
)


def test_production_settings_give_no_warning(tmp_path):
    checked = run_in_production(*CHECK, data_dir=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_a_deployment_is_warned_of_what_is_not_safe(tmp_path):
    runs = run_each_in_production(*CHECK, data_dir=tmp_path, variants=[changes for changes, _found in WARNED_OF])
    for checked, (changes, findings) in zip(runs, WARNED_OF, strict=True):
        assert checked.returncode != 0
        assert {finding for finding in findings if finding not in checked.stderr} == set(), changes


def test_a_wrong_setting_is_named_with_what_is_expected(tmp_path):
    variants = [{name: value} for name, value in WRONG_SETTINGS]
    runs = run_each_in_production("manage.py", "check", data_dir=tmp_path, variants=variants)
    for started, (name, value) in zip(runs, WRONG_SETTINGS, strict=True):
        assert started.returncode != 0, (name, value)
        assert started.stderr.startswith(f"Postroom is not configured: {name} must "), started.stderr


def test_a_wrong_database_url_does_not_show_its_password(tmp_path):
    urls = ("mysql://ann:sesame@db/mail", "postgres://ann:ses/ame#x@db:y/mail", "postgres://ann:x@db:sesame/mail")
    variants = [{"DATABASE_URL": url} for url in urls]
    for started in run_each_in_production("manage.py", "check", data_dir=tmp_path, variants=variants):
        assert started.returncode != 0
        assert "ame" not in started.stderr.replace("name", "")


def test_the_sandbox_makes_a_key_once_and_keeps_it(tmp_path):
    show = ("-c", "from portal.settings import SECRET_KEY; print(SECRET_KEY)")
    first, second = (run_in_production(*show, data_dir=tmp_path, SECRET_KEY="", SANDBOX="yes") for _ in range(2))
    assert len(first.stdout.strip()) > 50
    assert first.stdout == second.stdout
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_production_cookies_are_bound_to_the_host(tmp_path):
    show = "from portal import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    shown = run_in_production("-c", show, data_dir=tmp_path)
    assert shown.stdout.split() == ["__Host-sessionid", "__Host-csrftoken", "True"]


ASK = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
import django; django.setup()
from django.test import Client
host = "postroom.example.org"
plain, safe = Client().get("/healthz", headers={"host": host}), Client().get("/healthz", headers={"host": host}, secure=True)
strange = Client().get("/healthz", headers={"host": "evil.example"}, secure=True)
print(json.dumps({"plain": [plain.status_code, plain["Location"]], "safe": dict(safe.headers), "strange": strange.status_code}))
"""


def test_production_answers_only_over_https_and_for_its_own_name(tmp_path):
    asked = run_in_production("-c", ASK, data_dir=tmp_path)
    answers = json.loads(asked.stdout.strip().splitlines()[-1])
    assert answers["plain"] == [301, "https://postroom.example.org/healthz"]
    assert answers["strange"] == 400
    assert answers["safe"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
