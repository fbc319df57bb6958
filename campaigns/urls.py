"""Addresses that recipients open, without a login."""

from __future__ import annotations

from django.urls import path

from campaigns.forms import public_views as forms
from campaigns.images.public_views import image
from campaigns.preferences.public_views import unsubscribe_page
from campaigns.public_routes import IMAGE, SIGNUP_CONFIRM, UNSUBSCRIBE
from campaigns.signup import public_views as signup

urlpatterns = [
    path(UNSUBSCRIBE, unsubscribe_page, name="unsubscribe_nothing"),
    path(f"{UNSUBSCRIBE}<path:token>", unsubscribe_page, name="unsubscribe"),
    path(f"{IMAGE}<str:key>/<str:file_name>", image, name="image"),
    path("sendEmail", forms.send_email, name="send_email"),
    path("contact/form.js", forms.script, name="contact_form_script"),
    path("contact/<str:form_key>", forms.contact_page, name="contact_form"),
    path(f"{SIGNUP_CONFIRM}<str:token>", signup.confirm, name="signup_confirm"),
    path("s/<str:form_key>", signup.hosted, name="signup"),
    path("s/<str:form_key>/frame", signup.framed, name="signup_frame"),
]
