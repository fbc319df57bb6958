from __future__ import annotations

import subprocess
import sys

from tests.contracts.source import ROOT


def test_a_worker_sends_its_first_chunk_without_loading_a_page():
    """Pages and admins are a third of a process's memory and half a second: see portal.apps.PortalAdminConfig."""
    played = subprocess.run(
        [sys.executable, "-m", "tests.campaigns.sending.first_chunk"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    loaded = {name for name in played.stdout.split() if name.split(".")[0] in {"portal", "campaigns", "routing"}}
    assert not loaded
