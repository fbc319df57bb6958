"""Fields in the admin: what is known of people, edited in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from campaigns.audience import field_services
from campaigns.audience.field_use import uses_of
from campaigns.audience.field_values import MAX_OPTIONS, FieldType, ValueDoesNotFit, ValueRule, stored_form
from campaigns.audience.fields import ContactField
from campaigns.audience.value_fields import type_hint
from campaigns.importing.columns import is_attribute_name
from portal.list_words import ListWordsMixin
from portal.pages import actor_of, page
from portal.templatetags.postroom import badge
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

    from campaigns.audience.field_services import Misfits

OPTION_LENGTH = 100


class ContactFieldForm(forms.ModelForm[ContactField]):
    """One field. A type that some values do not fit is asked about once: the next Save is the answer."""

    option_lines = forms.CharField(
        label=gettext_lazy("Choices"),
        help_text=gettext_lazy("Of a choice: one on each line. Left empty, they are taken from the values there are."),
        widget=forms.Textarea(attrs={"rows": 5, "cols": 40}),
        required=False,
        max_length=MAX_OPTIONS * OPTION_LENGTH,
    )
    kept_type = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)  # asked about, and meant

    class Meta:
        model = ContactField
        fields = ("name", "label", "field_type", "default", "help_text", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("option_lines", "\n".join(self.instance.options))
        if self.instance.pk and "name" in self.fields:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("Messages and imports know it by this name, so it stays.")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not is_attribute_name(name):
            raise ValidationError(
                _(
                    "Use small letters a to z, digits and _, beginning with a letter, and no name that people have anyway."
                )
            )
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.instance.options = self._options()
        if not self.errors:
            self._check_default()
        if not self.errors and self.instance.pk:
            self._question_type()
        return cleaned

    def _options(self) -> list[str]:
        if self._type is not FieldType.CHOICE:
            return []
        lines = [" ".join(line.split()) for line in self.cleaned_data["option_lines"].splitlines()]
        options = list(dict.fromkeys(line for line in lines if line))
        options = options or field_services.values_in_use(self.cleaned_data["name"])
        if not options or len(options) > MAX_OPTIONS or any(len(option) > OPTION_LENGTH for option in options):
            self.add_error("option_lines", _("Write 1 to %d choices, one on each line.") % MAX_OPTIONS)
        return options

    def _check_default(self) -> None:
        try:
            stored = stored_form(self.cleaned_data["default"], self._type, self.instance.options)
        except ValueDoesNotFit:
            self.add_error(
                "default",
                _("The default does not fit the type: %s.")
                % type_hint(ValueRule(self._type, tuple(self.instance.options))),
            )
        else:
            self.cleaned_data["default"] = stored

    def _question_type(self) -> None:
        """Say whose values would not fit, once."""
        known = ContactField.objects.get(pk=self.instance.pk)
        is_same = (known.field_type, known.options) == (self._type.value, self.instance.options)
        if is_same or self._type is FieldType.TEXT or self["kept_type"].value() == self._type.value:
            return
        found = field_services.misfits(known.name, self._type, self.instance.options)
        if not found.people:
            return
        answers = cast("QueryDict", self.data).copy()
        answers[self.add_prefix("kept_type")] = self._type.value
        self.data = answers
        self.add_error("field_type", misfit_words(found))

    @property
    def _type(self) -> FieldType:
        return FieldType(self.cleaned_data["field_type"])


def misfit_words(found: Misfits) -> SafeString:
    """Whose values do not fit, and what becomes of them."""
    people = ngettext("The value of %s person does not fit:", "The values of %s people do not fit:", found.people)
    links = format_html_join(
        ", ", '<a href="{}">{}</a> (“{}”)',
        ((reverse("admin:campaigns_contact_change", args=[who.pk]), who.full_name or who.address, value[:40]) for who, value in found.examples),
    )  # fmt: skip
    rest = _(
        "They stay as they are and count as empty in comparisons. Press Save again to change the type all the same."
    )
    return format_html("{} {}. {}", people % format_count(found.people), links, rest)


@admin.register(ContactField)
class ContactFieldAdmin(ListWordsMixin):
    """The fields, in their order."""

    form = ContactFieldForm
    list_title = gettext_lazy("Fields")
    list_lead = gettext_lazy(
        "What you know of people beyond their names: its type, its label, and what stands where it is missing."
    )
    list_empty = gettext_lazy(
        "No field yet. Imports make them of their columns; fields that contacts have already can be found."
    )
    list_icon = "braces"
    list_display = ("label", "in_messages", "shown_type", "default", "place")
    sortable_by = ()
    actions = None
    fields = ("name", "label", "field_type", "kept_type", "option_lines", "default", "help_text", "place")
    change_list_template = "campaigns/audience/fields.html"

    def get_urls(self) -> list[URLPattern]:
        return [path("find/", find, name="campaigns_contactfield_find"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: ContactField | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fields
        return ("name", "label", "field_type", "default", "help_text", "place")

    def save_model(self, request: HttpRequest, obj: ContactField, form: Any, change: bool) -> None:
        field_services.save_field(obj, actor=actor_of(request))
        if obj.rewrite_after is not None:
            messages.info(request, _("Its values are being brought into one form; this may take a minute."))

    def delete_model(self, request: HttpRequest, obj: ContactField) -> None:
        field_services.delete_field(obj, actor=actor_of(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the question before deleting lists: the field, and what uses it."""
        names = [str(obj) for obj in objs]
        return [*names, *(words for obj in objs for words in uses_of(obj))], {}, set(), []

    @admin.display(description=gettext_lazy("in messages"))
    def in_messages(self, field: ContactField) -> SafeString:
        return format_html("<code>{{{{ {} }}}}</code>", field.name)

    @admin.display(description=gettext_lazy("type"))
    def shown_type(self, field: ContactField) -> SafeString:
        return format_html("{} {}", badge(field.get_field_type_display()), ", ".join(field.options[:6]))


@page("campaigns.add_contactfield")
@require_POST
def find(request: HttpRequest) -> HttpResponseBase:
    """Make the fields that contacts have and nobody named yet."""
    found = field_services.find_fields(actor=actor_of(request))
    if found:
        messages.success(request, _("Found: %s.") % ", ".join(field.label for field in found))
    else:
        messages.info(request, _("Every field that any contact has is here already."))
    return redirect("admin:campaigns_contactfield_changelist")
