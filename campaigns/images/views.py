"""The images of the portal: the list with its drop zone, the page of one, and what the picker asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from campaigns.images.addresses import portal_path, public_url
from campaigns.images.cleaning import MAX_UPLOAD_BYTES, ImageRefused, too_large_text
from campaigns.images.forms import ImageForm
from campaigns.images.models import Image
from campaigns.images.screen import HEAVY_KB, cards_of, find_images, image_dict, page_url, size_kb
from campaigns.images.services import delete_image, describe_image, store_image
from campaigns.images.uploads import begin_upload, finish_upload
from campaigns.images.usage import uses_of
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http.response import HttpResponseBase

PAGE_SIZE = 24
_LIST = "admin:campaigns_image_changelist"


@page("campaigns.view_image")
def image_list(request: HttpRequest) -> HttpResponseBase:
    """The images, newest first, with size and use; above them the place to drop new ones."""
    search, lacks_alt = request.GET.get("q", ""), "lacks_alt" in request.GET
    pages = Paginator(find_images(search, lacks_alt=lacks_alt), PAGE_SIZE)
    shown = pages.get_page(request.GET.get("p"))
    context = {
        "cards": cards_of(shown.object_list),
        "shown": shown,
        "search": search,
        "lacks_alt": lacks_alt,
        "lacking_count": find_images("", lacks_alt=True).count(),
        "may_add": request.user.has_perm("campaigns.add_image"),
    }
    lead = _("Pictures for mails. Each is kept once, however often it is used.")
    return render_page(request, "campaigns/images/list.html", context, title=_("Images"), lead=lead)


@page("campaigns.add_image")
def add_images(request: HttpRequest) -> HttpResponseBase:
    """Take files through the site: of the plain form one or several, of the script one at a time."""
    if request.method != "POST":
        return redirect(_LIST)
    files = request.FILES.getlist("files")
    if "script" in request.POST:
        return _answer_script(request, files)
    added = [image for image in (_stored_or_told(request, file) for file in files) if image is not None]
    if not files:
        messages.error(request, _("Choose a picture first."))
    return redirect(page_url(added[0]) if len(added) == 1 else _list_after(added))


@page("campaigns.add_image")
@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Where the script sends its next file: to the bucket as a form, or to the site."""
    try:
        ticket = begin_upload(actor=actor_of(request))
    except PortalError as error:
        return _problem(error)
    if ticket is None:
        return JsonResponse({"url": reverse("admin:campaigns_image_add"), "fields": None})
    return JsonResponse({"url": ticket.form.url, "fields": ticket.form.fields, "token": ticket.token})


@page("campaigns.add_image")
@require_POST
def finish(request: HttpRequest) -> JsonResponse:
    """The script has put a file into the bucket: look at it."""
    try:
        told = json.loads(request.body)
        token, name = str(told["token"]), str(told["name"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"problem": _("The file has no name.")}, status=400)
    try:
        image, is_new = finish_upload(token, file_name=name, actor=actor_of(request))
    except PortalError as error:
        return _problem(error)
    return JsonResponse({**image_dict(image), "is_new": is_new})


@page("campaigns.view_image")
def one_image(request: HttpRequest, image_id: int) -> HttpResponseBase:
    """One image: what it is, where it is used, its words."""
    image = get_object_or_404(Image, pk=image_id)
    may_change = request.user.has_perm("campaigns.change_image")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = ImageForm(request.POST or None, instance=Image.objects.get(pk=image_id))
    if request.method == "POST" and form.is_valid():
        describe_image(image_id, actor=actor_of(request), **form.cleaned_data)
        messages.success(request, _("“%s” is saved.") % form.cleaned_data["name"])
        return redirect(_LIST)
    context: dict[str, Any] = {
        "image": image,
        "form": form,
        "may_change": may_change,
        "image_url": portal_path(image),
        "public_url": public_url(image),
        "size_kb": size_kb(image),
        "is_heavy": size_kb(image) > HEAVY_KB,
        "upload_kb": max(1, round(image.upload_size_bytes / 1000)),
        "uses": uses_of([image.key])[image.key],
    }
    crumbs = [Crumb(gettext_lazy("Images"), reverse(_LIST))]
    return render_page(request, "campaigns/images/image.html", context, title=image.name, crumbs=crumbs)


@page("campaigns.delete_image")
def remove(request: HttpRequest, image_id: int) -> HttpResponseBase:
    """Delete an image that nothing uses."""
    image = get_object_or_404(Image, pk=image_id)
    if request.method != "POST":
        return redirect(page_url(image))
    try:
        name = delete_image(image_id, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(page_url(image))
    messages.success(request, _("“%s” is deleted.") % name)
    return redirect(_LIST)


@page("campaigns.view_image")
@require_GET
def picker_json(request: HttpRequest) -> JsonResponse:
    """A page of images for the picker."""
    shown = Paginator(find_images(request.GET.get("q", "")), PAGE_SIZE).get_page(request.GET.get("p"))
    return JsonResponse({"images": [image_dict(image) for image in shown], "has_more": shown.has_next()})


@page("campaigns.change_image")
@require_POST
def describe(request: HttpRequest, image_id: int) -> JsonResponse:
    """Keep the alternative text that was typed in the picker."""
    image = get_object_or_404(Image, pk=image_id)
    form = ImageForm({**request.POST.dict(), "name": image.name}, instance=image)
    if not form.is_valid():
        return JsonResponse({"problem": " ".join(map(str, form.errors["alt_text"]))}, status=422)
    return JsonResponse(image_dict(describe_image(image_id, actor=actor_of(request), **form.cleaned_data)))


def _answer_script(request: HttpRequest, files: list[UploadedFile]) -> JsonResponse:
    if len(files) != 1:
        return JsonResponse({"problem": _("Choose a picture first.")}, status=400)
    try:
        image, is_new = _store(request, files[0])
    except PortalError as error:
        return _problem(error)
    return JsonResponse({**image_dict(image), "is_new": is_new})


def _stored_or_told(request: HttpRequest, file: UploadedFile) -> Image | None:
    try:
        image, is_new = _store(request, file)
    except PortalError as error:
        messages.error(request, f"{file.name}: {error}")
        return None
    words = _("“%s” is here now.") if is_new else _("This picture was here already, as “%s”.")
    messages.success(request, words % image.name)
    return image


def _store(request: HttpRequest, file: UploadedFile) -> tuple[Image, bool]:
    if (file.size or 0) > MAX_UPLOAD_BYTES:
        raise ImageRefused(too_large_text())
    return store_image(file.read(), file_name=file.name or "", actor=actor_of(request))


def _list_after(added: list[Image]) -> str:
    return reverse(_LIST) + ("?lacks_alt" if any(image.lacks_alt_text for image in added) else "")


def _problem(error: PortalError) -> JsonResponse:
    return JsonResponse({"problem": str(error)}, status=422)
