"""Texts of Django's own pages that our translations say in other words; named here so that `make messages` finds them."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

OURS = (_("Save and add another"), _("Save and continue editing"), _("Home"), _("Select all"), _("Filter"))
