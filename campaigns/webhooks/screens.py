"""The page of one webhook: where it leads, its secret once, the log of what was posted, and what people do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.webhooks import services
from campaigns.webhooks.edit_form import EndpointForm
from campaigns.webhooks.models import WebhookEndpoint, WebhookPost
from portal.errors import Conflict, PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LIST_URL = "admin:campaigns_webhookendpoint_changelist"
CHANGE = "campaigns.change_webhookendpoint"
SHOWN_POSTS = 50
SHOWN_BODY_CHARS = 20_000


@page("campaigns.add_webhookendpoint")
@never_cache
def new_endpoint(request: HttpRequest) -> HttpResponseBase:
    """An empty form; what follows saving is the secret."""
    endpoint = WebhookEndpoint()
    form = EndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        return _with_secret(request, endpoint, lambda: services.add_endpoint(endpoint, actor=actor_of(request)))
    crumbs = [Crumb(_("Webhooks"), reverse(LIST_URL))]
    context = {"form": form, "may_change": True}
    return render_page(request, "campaigns/webhooks/edit.html", context, title=_("New webhook"), crumbs=crumbs)


@page("campaigns.view_webhookendpoint")
def edit_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """One webhook with its log; who may not change it sees the same page without buttons."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    may_change = request.user.has_perm(CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = EndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        services.change_endpoint(form.instance, actor=actor_of(request))
        messages.success(request, _("The webhook “%s” is saved.") % form.instance.name)
        return redirect("admin:campaigns_webhookendpoint_change", endpoint_id)
    saved = WebhookEndpoint.objects.get(pk=endpoint_id)
    context = {"form": form, "saved": saved, "may_change": may_change, "posts": _latest_posts(saved)}
    crumbs = [Crumb(_("Webhooks"), reverse(LIST_URL))]
    return render_page(request, "campaigns/webhooks/edit.html", context, title=saved.name, crumbs=crumbs)


@page("campaigns.view_webhookendpoint")
@require_safe
def one_post(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """What was posted, and what was answered to each try."""
    post = get_object_or_404(WebhookPost.objects.select_related("endpoint"), pk=post_id)
    url = reverse("admin:campaigns_webhookendpoint_change", args=[post.endpoint_id])
    crumbs = [Crumb(_("Webhooks"), reverse(LIST_URL)), Crumb(post.endpoint.name, url)]
    context = {
        "post": post, "body": post.body[:SHOWN_BODY_CHARS], "tries": post.tries.all(),
        "may_change": request.user.has_perm(CHANGE),
    }  # fmt: skip
    return render_page(request, "campaigns/webhooks/post.html", context, title=post.post_key, crumbs=crumbs)


@page(CHANGE)
@require_POST
@never_cache
def new_secret(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Replace the secret, and show the new one once."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    return _with_secret(request, endpoint, lambda: services.replace_secret(endpoint, actor=actor_of(request)))


@page(CHANGE)
@require_POST
def ping(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Post a test event."""
    return _do(request, endpoint_id, services.send_ping, _("A test event is on its way. Look at its answer below."))


@page(CHANGE)
@require_POST
def go_on(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """End the pause that failures brought."""
    return _do(request, endpoint_id, services.let_go_on, _("It goes on, with what happened meanwhile."))


@page(CHANGE)
@require_POST
def again(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """Post the same once more."""
    post = get_object_or_404(WebhookPost, pk=post_id)
    try:
        services.post_again(post_id, actor=actor_of(request))
    except Conflict as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("It is posted again."))
    return redirect("admin:campaigns_webhookendpoint_change", post.endpoint_id)


@page("campaigns.delete_webhookendpoint")
@require_POST
def remove(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Take it away with its log."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    services.remove_endpoint(endpoint, actor=actor_of(request))
    messages.success(request, _("The webhook “%s” is deleted.") % endpoint.name)
    return redirect(LIST_URL)


def _do(
    request: HttpRequest, endpoint_id: int, deed: Callable[..., object], said: str
) -> HttpResponseBase:  # fmt: skip
    actor: User = actor_of(request)
    deed(get_object_or_404(WebhookEndpoint, pk=endpoint_id), actor=actor)
    messages.success(request, said)
    return redirect("admin:campaigns_webhookendpoint_change", endpoint_id)


def _with_secret(request: HttpRequest, endpoint: WebhookEndpoint, make: Callable[[], str]) -> HttpResponseBase:
    """The answer to the very POST that made the secret: it is kept nowhere in the clear, not in a session either."""
    try:
        secret = make()
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(LIST_URL)
    crumbs = [Crumb(_("Webhooks"), reverse(LIST_URL))]
    context = {"endpoint": endpoint, "secret": secret}
    return render_page(request, "campaigns/webhooks/secret.html", context, title=endpoint.name, crumbs=crumbs)


def _latest_posts(endpoint: WebhookEndpoint) -> list[WebhookPost]:
    """The newest ones, each with its last try as `last_try`."""
    posts = list(endpoint.posts.defer("body").prefetch_related("tries").order_by("-pk")[:SHOWN_POSTS])
    for post in posts:
        post.last_try = max(post.tries.all(), key=lambda each: each.pk, default=None)  # type: ignore[attr-defined]
    return posts
