"""What other websites take from us: the snippet to paste, and a ready page for any web space."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from campaigns.forms.services import own_origin
from campaigns.forms.words import default_thanks
from portal.errors import ConfigurationError
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from campaigns.forms.models import ContactForm

SCRIPT, STYLE = "postroom/contact-form.js", "postroom/contact-form.css"
_STAMP = (2020, 1, 1, 0, 0, 0)  # the same form gives the same bytes


def page_url(form: ContactForm) -> str:
    """The form's page at Postroom; where the form is posted to without a script."""
    return whole_url(reverse("contact_form", args=[form.form_key]))


def script_url() -> str:
    """The script that sends forms of other websites."""
    return whole_url(reverse("contact_form_script"))


def form_html(form: ContactForm) -> str:
    """The form alone, in its language."""
    context = {"form": form, "page_url": page_url(form), "endpoint_url": whole_url(reverse("send_email"))}
    with translation.override(form.language):
        return render_to_string("campaigns/forms/snippet.html", context).strip()


def snippet(form: ContactForm) -> str:
    """What is pasted into a page."""
    return f'{form_html(form)}\n<script src="{script_url()}" defer></script>'


def bundle(form: ContactForm) -> bytes:
    """A ZIP with the ready page, its thank-you page, script and style: nothing else is needed to serve it."""
    context = {
        "form": form, "server_origin": own_origin(), "thanks": "",
        "snippet": mark_safe(form_html(form)),  # noqa: S308  # rendered by a template above
    }  # fmt: skip
    with translation.override(form.language):
        context["thanks"] = form.thanks_text or default_thanks()
        pages = {name: render_to_string(f"campaigns/forms/bundle/{name}", context) for name in _PAGES}
    files = {**pages, "contact-form.js": source_of(SCRIPT), "contact-form.css": source_of(STYLE)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text)
    return packed.getvalue()


def source_of(static_name: str) -> str:
    """The text of a static file of ours. Raises ConfigurationError when it is not there."""
    found = finders.find(static_name)
    if not isinstance(found, str):
        raise ConfigurationError(f"The static file {static_name} is missing.")
    return Path(found).read_text()


_PAGES = ("index.html", "thanks.html", "readme.txt")
