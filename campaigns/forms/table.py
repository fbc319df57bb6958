"""What came through one form, as a file for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from campaigns.exports.csv_text import as_csv, head_of_file
from campaigns.forms.models import ContactForm
from portal.activity import record_activity
from portal.pages import actor_of, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_COLUMNS = ("received_at", "address", "subject", "text", "origin", "state", "problem")


@page("campaigns.add_export")
@require_POST
def messages_csv(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """All messages of the form, oldest first; noted in the activity log."""
    form = get_object_or_404(ContactForm, pk=form_id)
    record_activity("contact_form.exported", actor=actor_of(request), target=form)
    return StreamingHttpResponse(
        _lines(form), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="messages-{form.form_key}.csv"'},
    )  # fmt: skip


def _lines(form: ContactForm) -> Iterator[bytes]:
    yield head_of_file(_COLUMNS)
    for row in form.messages.order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=500):
        received_at, *texts = row
        yield as_csv([[received_at.isoformat(timespec="seconds"), *texts]])
