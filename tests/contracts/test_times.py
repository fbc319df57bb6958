"""Every time that is shown is in the reader's zone, with UTC on hover: by `local_time`, and never bare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db import models

import portal.urls  # noqa: F401  # finds the admins

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    path
    for folder in ("portal/templates", "campaigns/templates", "routing/templates")
    for path in sorted((ROOT / folder).rglob("*.html"))
]
BARE_TIME = re.compile(r"\{\{[^}]*(_at\b(?!\|date:'c')|\|date:\"DATETIME|\|time\b|\|timesince|\|timeuntil)[^}]*\}\}")
# What looks like a time and is none, or is for machines: file, then why.
ALLOWED = {
    "campaigns/templates/campaigns/editing/hidden.html": "a hidden field",
    "campaigns/templates/campaigns/importing/columns_notices.html": "made by local_time before",
}


def is_time(model: type[models.Model], name: object) -> bool:
    try:
        return isinstance(model._meta.get_field(str(name)), models.DateTimeField)
    except FieldDoesNotExist:
        return False


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_lists_and_forms_show_times_by_a_method_that_marks_them(model_admin):
    shown = [*model_admin.list_display, *model_admin.readonly_fields]
    bare = [name for name in shown if isinstance(name, str) and is_time(model_admin.model, name)]
    assert bare == [], [label_for_field(name, model_admin.model, model_admin) for name in bare]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_templates_show_no_bare_time(template):
    if template.relative_to(ROOT).as_posix() in ALLOWED:
        return
    assert [found.group() for found in BARE_TIME.finditer(template.read_text())] == []
