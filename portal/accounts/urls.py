"""Addresses of accounts, below the admin's so that its login page is the one way in.

Names with `account_`, `mfa_` and `openid_connect_` are those that django-allauth asks for.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from portal.accounts import factor_views, oidc_views, own_account, owner_views, public_views, second_step_views

_own = admin.site.admin_view

urlpatterns = [
    path("login/second-step/", second_step_views.SecondStepView.as_view(), name="mfa_authenticate"),
    path("login/passkey/", second_step_views.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path("login/sign-on/", oidc_views.sign_on, name="openid_connect_login"),
    path("login/sign-on/callback/", oidc_views.sign_on_callback, name="openid_connect_callback"),
    path("login/password/", public_views.lost_password, name="lost_password"),
    path("login/password/<str:token>/", public_views.set_password, name="set_lost_password"),
    path("login/invitation/<str:token>/", public_views.join, name="accept_invitation"),
    path("login/address/<str:token>/", public_views.confirm_address, name="confirm_new_address"),
    path("account/", _own(own_account.own_account), name="own_account"),
    path("account/confirm/", _own(own_account.confirm_page), name="account_reauthenticate"),
    path(
        "account/confirm/passkey/",
        _own(factor_views.PasskeyConfirmView.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/sign-on/remove/", _own(own_account.remove_sign_on), name="remove_sign_on"),
    path("account/address/", _own(own_account.address_page), name="own_address"),
    path("account/logins/end/", _own(own_account.end_own_logins), name="end_own_logins"),
    path("account/app/", _own(factor_views.add_app_page), name="mfa_activate_totp"),
    path("account/passkeys/", _own(factor_views.PasskeyAddView.as_view()), name="mfa_add_webauthn"),
    path("account/factors/<int:factor_id>/remove/", _own(factor_views.remove_factor), name="remove_factor"),
    path("account/codes/", _own(factor_views.codes_page), name="mfa_view_recovery_codes"),
    path("account/codes/new/", _own(factor_views.new_codes), name="mfa_generate_recovery_codes"),
    path("invitations/", owner_views.invitations_page, name="invitations"),
    path("invitations/<int:invitation_id>/again/", owner_views.send_invitation_again, name="invitation_again"),
    path("invitations/<int:invitation_id>/revoke/", owner_views.revoke_invitation, name="invitation_revoke"),
    path("auth/user/<int:user_id>/access/", owner_views.access_page, name="person_access"),
    path("auth/user/<int:user_id>/access/end/", owner_views.end_their_logins, name="end_their_logins"),
    path("auth/user/<int:user_id>/access/reset/", owner_views.reset_their_factors, name="reset_their_factors"),
]
