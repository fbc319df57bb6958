"""The two addresses of single sign-on: off to the provider, and back with its code."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from portal.accounts.oidc_settings import provider_id_of
from portal.accounts.single_sign_on import refusal
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from allauth.socialaccount.models import SocialApp, SocialLogin
    from django.http import HttpRequest, HttpResponse


def _nonce_of(state_id: str) -> str:
    """What the id_token must name, so that one of another login is worth nothing: the state belongs to this session."""
    return hashlib.sha256(f"nonce {state_id}".encode()).hexdigest()


class OidcClient(OAuth2Client):
    """allauth's, which sends a nonce (OpenID Connect 3.1.2.1), too."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        params = {**extra_params, "nonce": _nonce_of(str(self.state))}
        return str(super().get_redirect_url(authorization_url, scope, params))


class OidcAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's, which here believes an id_token only when its signature is right."""

    client_class = OidcClient

    def get_provider(self) -> Any:
        """With this class as the one that leads there, too."""
        provider = super().get_provider()
        provider.oauth2_adapter_class = OidcAdapter
        return provider

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Raises OAuth2Error without an id_token of this very login, and when userinfo speaks of somebody else.

        Source: OpenID Connect Core 3.1.3.7 and 5.3.2.
        """
        if "id_token" not in kwargs["response"]:
            raise OAuth2Error("no id_token")
        login = super().complete_login(request, app, token, **kwargs)
        said = login.account.extra_data
        nonce = str(said["id_token"].get("nonce", ""))
        if not constant_time_compare(nonce, _nonce_of(request.GET.get("state", ""))):
            raise OAuth2Error("id_token of another login")
        if said.get("userinfo", {}).get("sub", said["id_token"]["sub"]) != said["id_token"]["sub"]:
            raise OAuth2Error("userinfo is of somebody else")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return dict(
            jwtkit.verify_and_decode(
                credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
                audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk,
            )
        )  # fmt: skip

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return whole_url(reverse("openid_connect_callback"))


@never_cache
@require_GET
def sign_on(request: HttpRequest) -> HttpResponse:
    """Off to the provider, with a state of this session and the challenge of PKCE; of the query only `next` counts."""
    return _answer(request, _go_there)


@never_cache
@require_GET
def sign_on_callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    return _answer(request, _come_back)


def _go_there(request: HttpRequest, adapter: OidcAdapter) -> Any:
    return adapter.get_provider().redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))


def _come_back(request: HttpRequest, adapter: OidcAdapter) -> Any:
    return OAuth2CallbackView.adapter_view(adapter)(request)


def _answer(request: HttpRequest, deed: Callable[[HttpRequest, OidcAdapter], Any]) -> HttpResponse:
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        response: HttpResponse = deed(request, OidcAdapter(request, provider_id_of(settings.OIDC_ISSUER)))
    except ImmediateHttpResponse as error:
        return error.response  # type: ignore[no-any-return]
    except (RequestException, KeyError, ValueError):
        text = _("The provider cannot be asked at the moment. Try it again later.")
        return refusal(request, text, status=502)  # type: ignore[no-any-return]
    return response
