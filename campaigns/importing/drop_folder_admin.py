"""Drop folders: what is done by itself with files that are dropped into the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.importing.drops import PREFIX
from campaigns.importing.models import DropFolder
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind
from portal.activity import record_activity
from portal.list_words import ListWordsMixin
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from campaigns.audience.models import ContactList


class DropFolderForm(forms.ModelForm[DropFolder]):
    """The folder's settings, with the folder named as in the bucket."""

    class Meta:
        model = DropFolder
        fields = ("prefix", "contact_list", "tags", "on_existing", "consent", "campaign", "send_by_itself")
        widgets = {"tags": forms.CheckboxSelectMultiple}
        help_texts = {
            "prefix": _(
                "For example “newsletter” for uploads/newsletter/people.csv. Empty stands for files in uploads/ itself."
            ),
            "contact_list": _("Everybody in the file goes on this list."),
            "tags": _("Everybody in the file gets these tags."),
            "consent": _("Kept with every import from this folder, with your name and the time."),
            "campaign": _("Each file gets a copy of this campaign, to just its people."),
            "send_by_itself": _(
                "With this tick a dropped file sends mail with nobody looking. Without it the people are imported and"
                " nothing is sent."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "prefix" in self.fields:  # not for those who only look
            self.fields["prefix"].required = False

    def clean_prefix(self) -> str:
        prefix = str(self.cleaned_data["prefix"]).strip().strip("/")
        prefix = prefix.removeprefix(PREFIX).strip("/") if prefix != PREFIX.strip("/") else ""
        if any(part in {"", ".", ".."} for part in prefix.split("/")) and prefix:
            raise ValidationError(gettext("Write the folder like this: newsletter, or newsletter/weekly."))
        same = DropFolder.objects.filter(prefix=prefix).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(gettext("There is a drop folder for this already."), code="taken")
        return prefix

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        if chosen.get("send_by_itself") and not chosen.get("campaign"):
            self.add_error("campaign", gettext("Choose the campaign that is to be sent by itself."))
        if chosen.get("send_by_itself") and not chosen.get("consent"):
            self.add_error("consent", gettext("Mail may leave by itself only to people who agreed to get it."))
        return chosen


@admin.register(DropFolder)
class DropFolderAdmin(ListWordsMixin, admin.ModelAdmin[DropFolder]):
    """The list of drop folders, and the form of one."""

    form = DropFolderForm
    list_title = _("Drop folders")
    list_empty = _("No drop folder yet. A file that is dropped anywhere under uploads/ then waits for a person.")
    list_icon = "folder-down"
    list_display = ("shown_prefix", "shown_list", "on_existing", "shown_consent", "shown_mail")
    list_select_related = ("contact_list", "campaign")
    change_list_template = "campaigns/importing/drop_folders.html"
    actions = None
    fieldsets = (
        (None, {"fields": ("prefix",)}),
        (_("The people in the file"), {"fields": ("on_existing", "contact_list", "tags", "consent")}),
        (_("Mail"), {"fields": ("campaign", "send_by_itself")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DropFolder]:
        return super().get_queryset(request).defer("campaign__body", "campaign__text_body")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        place = {"bucket": settings.UPLOADS_BUCKET, **(extra_context or {})}
        return super().changelist_view(request, place)

    @admin.display(description=_("folder"), ordering="prefix")
    def shown_prefix(self, folder: DropFolder) -> str:
        return str(folder)

    @admin.display(description=_("list"), empty_value="–")
    def shown_list(self, folder: DropFolder) -> ContactList | None:
        return folder.contact_list

    @admin.display(description=_("agreed"), boolean=True)
    def shown_consent(self, folder: DropFolder) -> bool:
        return folder.consent

    @admin.display(description=_("mail"))
    def shown_mail(self, folder: DropFolder) -> str:
        if folder.campaign is None or not folder.send_by_itself:
            return gettext("nothing is sent")
        return gettext("sends “%s” by itself") % folder.campaign

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # type: ignore[union-attr]  # lists and tags have pages of their own
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "campaign":
            kwargs["queryset"] = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).only("name")
            kwargs["empty_label"] = gettext("none")
        if db_field.name == "contact_list":
            kwargs["empty_label"] = gettext("no list")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: DropFolder, form: forms.ModelForm[DropFolder], change: bool
    ) -> None:
        if not obj.consent:
            obj.consent_by = None
        elif "consent" in form.changed_data:
            obj.consent_by = actor_of(request)
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            verb = "drop_folder.changed" if change else "drop_folder.created"
            record_activity(
                verb, actor=actor_of(request), target=obj, sends=obj.send_by_itself, consent=obj.consent,
            )  # fmt: skip

    def delete_model(self, request: HttpRequest, obj: DropFolder) -> None:
        with transaction.atomic():
            record_activity("drop_folder.deleted", actor=actor_of(request), target=obj)
            super().delete_model(request, obj)
