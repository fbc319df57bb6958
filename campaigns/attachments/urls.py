"""Addresses of a campaign's files, below the campaign."""

from __future__ import annotations

from django.urls import URLPattern, path

from campaigns.attachments import views, views_personal


def attachment_urls(one: str, prefix: str) -> list[URLPattern]:
    """`one` is the beginning of the campaign's addresses, `prefix` that of their names."""
    files = f"{one}attachments/"
    own = f"{files}own/"
    return [
        path(files, views.attachments, name=f"{prefix}attachments"),
        path(f"{files}begin/", views.begin, name=f"{prefix}attachments_begin"),
        path(f"{files}finish/", views.finish, name=f"{prefix}attachments_finish"),
        path(f"{files}<int:file_id>/", views.download, name=f"{prefix}attachment"),
        path(f"{own}setting/", views_personal.save_setting, name=f"{prefix}own_files_setting"),
        path(f"{own}add/", views_personal.add, name=f"{prefix}own_files_add"),
        path(f"{own}remove/", views_personal.remove, name=f"{prefix}own_files_remove"),
        path(f"{own}<int:file_id>/", views.download_own, name=f"{prefix}own_file"),
    ]
