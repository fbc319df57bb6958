"""Addresses of an A/B test, below its campaign."""

from __future__ import annotations

from django.urls import URLPattern, path

from campaigns.splits import views


def split_urls(one: str, prefix: str) -> list[URLPattern]:
    """`one` is the beginning of the campaign's addresses, `prefix` that of their names."""
    version = f"{one}split/<int:number>/"
    return [
        path(f"{one}split/", views.split, name=f"{prefix}split"),
        path(f"{one}split/add/", views.add, name=f"{prefix}split_add"),
        path(f"{one}split/drop/", views.drop, name=f"{prefix}split_drop"),
        path(version, views.version, name=f"{prefix}split_version"),
        path(f"{version}message/", views.version_frame, name=f"{prefix}split_frame"),
        path(f"{version}test/", views.test_version, name=f"{prefix}split_test"),
        path(f"{version}remove/", views.remove, name=f"{prefix}split_remove"),
        path(f"{version}choose/", views.choose, name=f"{prefix}split_choose"),
    ]
