"""Settings of the tests: the portal's own, with keys and files that last one run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull  # a developer's own settings change no test
os.environ["SANDBOX"] = "yes"
os.environ["SECRET_KEY"] = "only for tests"
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="postroom-tests-")
os.environ["QUEUE_PREFIX"] = "test"
for name in ("FILES_BUCKET", "UPLOADS_BUCKET", "AWS_ENDPOINT_URL", "SANDBOX_MAILBOX_URL", "PUBLIC_URL"):
    os.environ.pop(name, None)
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "test"
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(os.environ['DATA_DIR']) / 'test.sqlite3'}"

from portal.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # whitenoise warns where it is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
UPLOADS_BUCKET = "drops"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
