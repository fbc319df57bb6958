"""Addresses that recipients open, without a login."""

from __future__ import annotations

from django.urls import path

from campaigns.images.public_views import image
from campaigns.signup import public_views as signup
from campaigns.suppression.views import unsubscribe

urlpatterns = [
    path("u/<str:token>", unsubscribe, name="unsubscribe"),
    path("i/<str:key>/<str:file_name>", image, name="image"),
    path("s/confirm/<str:token>", signup.confirm, name="signup_confirm"),
    path("s/<str:form_key>", signup.hosted, name="signup"),
    path("s/<str:form_key>/frame", signup.framed, name="signup_frame"),
]
