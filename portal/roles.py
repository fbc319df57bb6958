"""The four roles, as Django groups, and what each may do.

Groups are written at the end of each migrate, so that a new model's permissions reach them. Superusers may do
everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import Permission
    from django.db.models import QuerySet

OWNER = "Owner"
OPERATOR = "Operator"
MARKETER = "Marketer"
VIEWER = "Viewer"

ROLE_LABELS = {
    OWNER: _("Owner: everything, also people and roles"),
    OPERATOR: _("Operator: everything but people and roles"),
    MARKETER: _("Marketer: contacts, templates and campaigns"),
    VIEWER: _("Viewer: looks, changes nothing"),
}

_MARKETER_MODELS = (
    "contact",
    "contactlist",
    "tag",
    "listmembership",
    "contacttag",
    "contactfield",
    "segment",
    "contactimport",
    "image",
    "guestlist",
    "template",
    "snippet",
    "campaign",
    "suppression",
    "bulkchange",
    "duplicatescan",
    "export",
    "signupform",
    "contactform",
    "formmessage",
    "approval",
)
_VIEWABLE_APPS = ("campaigns", "routing")
_NO_SUBJECTS = ("sessions", "contenttypes", "account", "mfa", "socialaccount")
_OWNER_ONLY = ("download_any_export", "change_approvalrule", "forget_person", "allow_internal_relay")


def _permissions_of(role: str) -> QuerySet[Permission]:
    from django.contrib.auth.models import Permission  # noqa: PLC0415  # imported before the apps are ready

    everything = Permission.objects.all()
    view = Q(codename__startswith="view_", content_type__app_label__in=_VIEWABLE_APPS) | Q(
        codename__in=("view_alert", "view_failedmessage", "view_sendingdomain", "view_smtpuser")
    )
    if role == OWNER:
        return everything.exclude(content_type__app_label__in=_NO_SUBJECTS)
    everything = everything.exclude(codename__in=_OWNER_ONLY)
    if role == OPERATOR:
        seen = (
            view
            | Q(codename__in=("view_activity", "change_alert", "change_failedmessage", "delete_failedmessage"))
            | Q(content_type__model="alertrecipient")
        )
        return everything.filter(seen | Q(content_type__app_label__in=(*_VIEWABLE_APPS, "credentials", "axes")))
    if role == MARKETER:
        return everything.filter(
            view
            | Q(codename="change_alert")
            | Q(content_type__app_label="campaigns", content_type__model__in=_MARKETER_MODELS)
        )
    return everything.filter(view)


@receiver(post_migrate)
def write_role_groups(sender: AppConfig, **_kwargs: Any) -> None:
    """Create the four groups and bring their permissions up to date, when the last app with models has migrated.

    Django makes an app's permissions in the same signal, after this receiver: so it is asked for the last ones first.
    """
    migrated = [config for config in apps.get_app_configs() if config.models_module]
    if sender.label != migrated[-1].label:
        return
    from django.contrib.auth.management import create_permissions  # noqa: PLC0415
    from django.contrib.auth.models import Group  # noqa: PLC0415

    create_permissions(sender, verbosity=0)

    for role in ROLE_LABELS:
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(_permissions_of(role))
