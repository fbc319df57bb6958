"""The lists of contact forms and of what came through them; writing a form is a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.forms import screens
from campaigns.forms.models import ContactForm, FormMessage
from campaigns.forms.table import messages_csv
from portal.fields import prefix_range
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

_TONES = {"received": "accent", "leaving": "accent", "sent": "good", "failed": "bad"}


@admin.register(ContactForm)
class ContactFormAdmin(ListWordsMixin, admin.ModelAdmin[ContactForm]):
    """Forms with what came through them."""

    list_title = gettext_lazy("Contact forms")
    list_lead = gettext_lazy("Forms of your websites that write to a mailbox of yours.")
    list_empty = gettext_lazy("No contact form yet. It stands on your website, or on a page of ours.")
    list_icon = "pencil"
    list_display = ("shown_name", "recipient", "state", "messages_count", "failed", "refused", "page_link")
    list_display_links = None
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContactForm]:
        failed = Count("messages", filter=Q(messages__state=FormMessage.State.FAILED))
        forms: QuerySet[ContactForm] = super().get_queryset(request)
        return forms.annotate(message_count=Count("messages"), failed_count=failed)

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return screens.new_form(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.edit_form(request, form_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.remove_form(request, form_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("look/", screens.look, name="campaigns_contactform_look"),
            path("<int:form_id>/page.zip", screens.download, name="campaigns_contactform_bundle"),
            path("<int:form_id>/messages.csv", messages_csv, name="campaigns_contactform_csv"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("form"))
    def shown_name(self, form: ContactForm) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:campaigns_contactform_change", args=[form.pk]), form)

    @admin.display(description=gettext_lazy("state"))
    def state(self, form: ContactForm) -> SafeString:
        return badge(_("open"), tone="good") if form.is_active else badge(_("closed"))

    @admin.display(description=gettext_lazy("messages"))
    def messages_count(self, form: Any) -> SafeString:
        url = f"{reverse('admin:campaigns_formmessage_changelist')}?form__id__exact={form.pk}"
        return format_html('<a href="{}">{}</a>', url, format_count(form.message_count))

    @admin.display(description=gettext_lazy("not sent"))
    def failed(self, form: Any) -> str:
        return format_count(form.failed_count)

    @admin.display(description=gettext_lazy("refused"))
    def refused(self, form: ContactForm) -> str:
        return format_count(form.trapped_count + form.limited_count)

    @admin.display(description=gettext_lazy("page"))
    def page_link(self, form: ContactForm) -> SafeString:
        url = reverse("contact_form", args=[form.form_key])
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', url, _("Open"), form.name, _("Open"))


@admin.register(FormMessage)
class FormMessageAdmin(ListWordsMixin, FastListMixin):
    """What people wrote; nobody changes it. What failed is tried again on the page of failures."""

    list_title = gettext_lazy("What people wrote")
    list_lead = gettext_lazy("Messages through contact forms, newest first, and what became of each.")
    list_empty = gettext_lazy("Nobody has written yet.")
    list_icon = "inbox"
    list_display = ("shown_subject", "address", "form", "when", "shown_state")
    list_display_links = None
    list_filter = ("form", "state")
    list_select_related = ("form",)
    search_fields = ("address",)
    search_help_text = gettext_lazy("Beginning of an address")
    sortable_by = ()
    actions = None
    fields = ("form", "address", "subject", "text", "origin", "when", "state", "problem")
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        low, high = prefix_range(search_term.strip().lower())
        return queryset.filter(address_key__gte=low, address_key__lt=high), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FormMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FormMessage | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("subject"))
    def shown_subject(self, message: FormMessage) -> SafeString:
        url = reverse("admin:campaigns_formmessage_change", args=[message.pk])
        return format_html('<a href="{}">{}</a>', url, message.subject)

    @admin.display(description=gettext_lazy("when"))
    def when(self, message: FormMessage) -> SafeString:
        return local_time(message.received_at)

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, message: FormMessage) -> SafeString:
        return badge(message.get_state_display(), tone=_TONES[message.state])
