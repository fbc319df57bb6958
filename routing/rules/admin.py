"""The rules' addresses in the admin; their pages are views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from routing.rules import draft_views, edit_views, try_views, views
from routing.rules.models import RoutingRule

_PAGES = "routing_routingrule_"


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin[RoutingRule]):
    """No list and no form of Django's own: rules are shown in the order in which they are asked."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("add/", edit_views.new_rule, name=_PAGES + "add"),
            path("<int:rule_id>/", edit_views.edit_rule, name=_PAGES + "change"),
            path("<int:rule_id>/switch/", views.switch, name=_PAGES + "switch"),
            path("<int:rule_id>/delete/", views.delete, name=_PAGES + "delete"),
            path("<int:rule_id>/cure/", views.cure, name=_PAGES + "cure"),
            path("anything-else/", edit_views.edit_default, name=_PAGES + "default"),
            path("try/", try_views.where, name=_PAGES + "try"),
            path("try/keep/", try_views.keep_example, name=_PAGES + "keep"),
            path("examples/<int:example_id>/", try_views.change_example, name=_PAGES + "example"),
            path("export/<str:file_type>/", draft_views.export, name=_PAGES + "export"),
            path("import/", draft_views.bring, name=_PAGES + "import"),
            path("drafts/<int:draft_id>/", draft_views.draft, name=_PAGES + "draft"),
            path("history/", draft_views.history, name=_PAGES + "history_list"),
            path("history/<int:version_id>/", draft_views.version, name=_PAGES + "version"),
            path("history/<int:version_id>/restore/", draft_views.restore, name=_PAGES + "restore"),
            path("history/<int:version_id>/undo/", views.undo, name=_PAGES + "undo"),
        ]
