"""Admin of the portal's own subjects: activity, people and roles, failed sign-ins.

Django's and axes' own admins are loaded first and then replaced, so that their later discovery changes nothing.
"""

from __future__ import annotations

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401
import axes.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User

from portal.activity_admin import ActivityAdmin
from portal.alerts.admin import AlertAdmin, AlertRecipientAdmin
from portal.alerts.models import Alert, AlertRecipient
from portal.models import Activity
from portal.people_admin import PersonAdmin, RoleAdmin
from portal.sign_in_admin import FailedSignInAdmin

_ALLAUTH = (EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken)
for model in (User, Group, AccessAttempt, AccessLog, AccessFailureLog, *_ALLAUTH):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

admin.site.register(Activity, ActivityAdmin)
admin.site.register(Alert, AlertAdmin)
admin.site.register(AlertRecipient, AlertRecipientAdmin)
admin.site.register(User, PersonAdmin)
admin.site.register(Group, RoleAdmin)
admin.site.register(AccessAttempt, FailedSignInAdmin)
