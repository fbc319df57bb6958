"""Plays a worker's first chunk in a process of its own and prints which modules of pages it has loaded.

Run as `python -m tests.campaigns.sending.first_chunk`, from the repository, with a SQLite file of its own.
"""

from __future__ import annotations

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.pop("TEST_DATABASE_URL", None)

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

import workers.app  # noqa: F401  # as a worker starts
from campaigns.relays.models import Relay
from campaigns.sending.models import Campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.transports import smtp
from portal import publish
from tests.factories.relays import make_loopback_relay
from tests.factories.running import running_campaign
from tests.smtp_server import ScriptedServer

PAGES = ("portal.urls", "portal.admin_site", "campaigns.urls", "campaigns.api.urls")


def main() -> None:
    publish._send_hint = lambda *_hint: None
    if (child := os.fork()) == 0:  # what starts a campaign looks at its links, and so at pages
        prepare()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with ScriptedServer() as server:
        Relay.objects.update(port=server.port)
        send_next_chunk(Campaign.objects.get().pk)
        smtp.sessions.close_all()
    assert len(server.accepted) == 3, server.commands
    loaded = [name for name in sys.modules if name in PAGES or name.endswith((".admin", ".views"))]
    sys.stdout.write("\n".join(loaded))


def prepare() -> None:
    """A campaign to three people, planned."""
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}  # tables are enough, and quick
    settings.SEND_GRACE_S = 0
    call_command("migrate", run_syncdb=True, verbosity=0)
    running_campaign(3, account=make_loopback_relay(1, username="").account)


if __name__ == "__main__":
    main()
