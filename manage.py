#!/usr/bin/env python
"""Django's command-line entry."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def join_sandbox() -> None:
    """Work with the sandbox that runs on our data, if one does; a deployment comes without the package."""
    try:
        from sandbox.join import join_running_stack  # noqa: PLC0415
    except ImportError:
        return
    join_running_stack()


if __name__ == "__main__":
    join_sandbox()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Postroom is not configured: {error}")
