"""Images in the admin: its addresses lead to the views of this subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path

from campaigns.images import views
from campaigns.images.models import Image

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PAGES = "campaigns_image_"


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin[Image]):
    """The list with thumbnails, and one page for each."""

    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        return views.image_list(request)

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return views.add_images(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_image_changelist")
        return views.one_image(request, image_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_image_changelist")
        return views.remove(request, image_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("begin/", views.begin, name=_PAGES + "begin"),
            path("finish/", views.finish, name=_PAGES + "finish"),
            path("picker.json", views.picker_json, name=_PAGES + "picker"),
            path("<int:image_id>/describe/", views.describe, name=_PAGES + "describe"),
        ]
        return [*own, *super().get_urls()]
