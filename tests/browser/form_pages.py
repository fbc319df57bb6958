"""Pages of contact forms and webhooks for the browser tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portal.roles import VIEWER
from tests.browser.page import Page, at

if TYPE_CHECKING:
    from collections.abc import Callable


def _forms(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import forms

        return getattr(forms, name)()

    return make


def _hooks(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import webhooks

        return getattr(webhooks, name)()

    return make


def _hosted() -> str:
    return reverse("contact_form", args=[_forms("a_used_contact_form")().form_key])


FORM_PAGES = [
    Page("contact-forms-empty", at("admin:campaigns_contactform_changelist")),
    Page("contact-forms", at("admin:campaigns_contactform_changelist", _forms("a_used_contact_form"))),
    Page("contact-form-new", at("admin:campaigns_contactform_add", _forms("make_contact_form"))),
    Page("contact-form", at("admin:campaigns_contactform_change", _forms("a_used_contact_form"), with_id=True)),
    Page(
        "contact-form-viewer",
        at("admin:campaigns_contactform_change", _forms("a_used_contact_form"), with_id=True),
        role=VIEWER,
    ),
    Page("form-messages", at("admin:campaigns_formmessage_changelist", _forms("a_used_contact_form"))),
    Page("form-message", at("admin:campaigns_formmessage_change", _forms("make_form_message"), with_id=True)),
    Page("contact-form-public", _hosted, role=None),
    Page("webhooks-empty", at("admin:campaigns_webhookendpoint_changelist")),
    Page("webhooks", at("admin:campaigns_webhookendpoint_changelist", _hooks("a_busy_endpoint"))),
    Page("webhook-new", at("admin:campaigns_webhookendpoint_add")),
    Page("webhook", at("admin:campaigns_webhookendpoint_change", _hooks("a_busy_endpoint"), with_id=True)),
    Page("webhook-paused", at("admin:campaigns_webhookendpoint_change", _hooks("a_paused_endpoint"), with_id=True)),
    Page("webhook-post", at("admin:campaigns_webhookendpoint_post", _hooks("make_post"), with_id=True)),
]
