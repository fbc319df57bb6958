"""Single sign-on by OpenID Connect."""

from __future__ import annotations

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Who gets in by single sign-on."""
