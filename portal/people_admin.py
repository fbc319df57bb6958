"""People and roles: Django's users and groups in the portal's words, with the four roles explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.own_changes import note_password_change
from portal.accounts.people import guard_last_owner
from portal.accounts.sessions import end_logins
from portal.errors import Conflict
from portal.list_words import ListWordsMixin
from portal.pages import actor_of
from portal.recorded_admin import RecordedMixin, changed_fields
from portal.roles import OWNER, ROLE_LABELS
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString


class RoleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The roles with what each may do."""

    def label_from_instance(self, obj: Any) -> str:
        return str(ROLE_LABELS.get(obj.name, obj.name))


class PersonForm(UserChangeForm[User]):
    """A person, who stays an Owner when there is no other."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self._stays_owner(said):
            try:
                guard_last_owner([self.instance.pk])
            except Conflict as error:
                raise ValidationError(str(error)) from error
        return said

    def _stays_owner(self, said: dict[str, Any]) -> bool:
        is_superuser = said.get("is_superuser", self.instance.is_superuser)
        roles = [role.name for role in said.get("groups", self.instance.groups.all())]
        return bool(said.get("is_active") and (is_superuser or OWNER in roles))


class PersonAdmin(ListWordsMixin, RecordedMixin, UserAdmin):  # type: ignore[type-arg]
    """Who may log in, and with which role."""

    list_title = _("People & roles")
    list_lead = _("Everybody who may log in here.")
    change_list_template = "postroom/people_list.html"
    activity_subject = "person"
    show_facets = admin.ShowFacets.NEVER
    list_display = ("username", "full_name", "roles", "is_active", "last_seen")
    list_filter = ("is_active", "groups")
    filter_horizontal = ()
    form = PersonForm
    add_form = AdminUserCreationForm
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Role"), {"fields": ("groups",)}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (_("Role"), {"fields": ("groups", "is_superuser", "is_active")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return RoleField(
            queryset=Group.objects.order_by("id"),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            label=_("What this person may do"),
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_superuser" and field is not None:
            field.label = _("Administrator of this installation")
            field.help_text = _("May do everything, whatever the roles say.")
        if db_field.name == "is_active" and field is not None:
            field.label = _("May log in")
            field.help_text = _("Untick this instead of deleting somebody: what they did stays under their name.")
        return field

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only administrators make administrators."""
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return (self.fieldsets[0], (_("Role"), {"fields": ("groups", "is_active")}))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Administrators are changed by administrators only, their passwords too."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.is_staff = True  # everybody here works in the portal
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_logins(obj, actor=actor_of(request))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A password that somebody else set is told to whom it is of."""
        if "password" in changed_fields(message):
            note_password_change(obj, actor=actor_of(request))
        return super().log_change(request, obj, message)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The last Owner is not deleted; the page says so."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        try:
            guard_last_owner([person.pk for person in objs])
        except Conflict as error:
            protected = [*protected, str(error)]
        return deleted, counts, lacking, protected

    def activity_details(self, obj: User) -> dict[str, Any]:
        roles = sorted(obj.groups.values_list("name", flat=True))
        return {"roles": roles, "is_administrator": obj.is_superuser}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"roles": list(ROLE_LABELS.items()), **(extra_context or {})})

    @admin.display(description=_("name"))
    def full_name(self, person: User) -> str:
        return person.get_full_name() or "–"

    @admin.display(description=_("role"))
    def roles(self, person: User) -> str:
        names = [group.name for group in person.groups.all()]
        return ", ".join([*([str(_("Administrator"))] if person.is_superuser else []), *names]) or "–"

    @admin.display(description=_("last login"), ordering="last_login")
    def last_seen(self, person: User) -> SafeString:
        return local_time(person.last_login)


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return person is None or not person.is_superuser or request.user.is_superuser


class RoleAdmin(ListWordsMixin, GroupAdmin):
    """The four roles, to look at: their permissions are written by the portal after each migration."""

    list_title = _("Roles")
    list_display = ("name", "meaning")
    search_fields = ()
    fields = ("name", "meaning")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    @admin.display(description=_("what it may do"))
    def meaning(self, role: Group) -> str:
        return str(ROLE_LABELS.get(role.name, "–")).partition(": ")[2]
