"""Every page that is opened in the browser: light, dark and at 390 px, and for the pictures. One line adds a page.

`address` makes the rows that the page needs and returns its path; `role` is who looks (None: nobody is logged in).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portal.roles import MARKETER, VIEWER
from tests.browser.page import Page, at
from tests.browser.wish_pages import WISH_PAGES

if TYPE_CHECKING:
    from django.db.models import Model


def _deeds() -> None:
    from portal.activity import record_activity

    for number in range(8):
        record_activity("campaign.started", actor=None, label=f"Spring letter {number}", recipients=48210)


def _deed() -> Model:
    from portal.activity import record_activity

    return record_activity("campaign.paused", actor=None, label="Spring letter", reason="6 % bounced", people=412)


def _attempt() -> object:
    from axes.models import AccessAttempt

    return AccessAttempt.objects.create(username="kim", ip_address="192.0.2.7", failures_since_start=10, user_agent="-")


def _person() -> Model:
    from django.contrib.auth.models import Group, User

    person = User.objects.create_user("robin", first_name="Robin", last_name="Lund", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    return person


def _everything() -> None:
    from tests.factories.overview import a_busy_installation

    a_busy_installation()


def _stage(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import campaign_pages

        return getattr(campaign_pages, name)()

    return make


def _part(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import parts

        return getattr(parts, name)()

    return make


def _compared() -> str:
    template = _part("a_template_with_versions")()
    return reverse("admin:campaigns_template_compare", args=[template.pk]) + "?old=1&new=3"


def _scheduled(page: str, stage: str) -> Callable[[], str]:
    def build() -> str:
        from tests.factories import schedule_pages

        return reverse(f"admin:campaigns_campaign_{page}", args=[getattr(schedule_pages, stage)().pk])

    return build


def _approvals() -> str:
    from tests.factories.schedule_pages import requests_in_all_stages

    requests_in_all_stages()
    return reverse("admin:campaigns_approval_changelist")


def _one(page: str, stage: str) -> Callable[[], str]:
    return at(f"admin:campaigns_campaign_{page}", _stage(stage), with_id=True)


def _split(page: str, stage: str, *arguments: object) -> Callable[[], str]:
    def build() -> str:
        from tests.factories import splits

        made = getattr(splits, stage)()
        return reverse(f"admin:campaigns_campaign_{page}", args=[made.pk, *arguments])

    return build


def _import_stage(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import import_pages

        return getattr(import_pages, name)()

    return make


def _import(page: str, stage: str) -> Callable[[], str]:
    return at(f"admin:campaigns_contactimport_{page}", _import_stage(stage), with_id=True)


def _bulk(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import bulk_pages

        return getattr(bulk_pages, name)()

    return make


def _bulk_deed(deed: str) -> str:
    from tests.factories.bulk_pages import a_deed_to_look_at

    return a_deed_to_look_at(deed)


def _bulk_field(field: str) -> str:
    from tests.factories.bulk_pages import a_field_to_set

    return a_field_to_set(field)


def _club(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import audience

        return getattr(audience, name)()

    return make


def _signup(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import signup

        return getattr(signup, name)()

    return make


def _hosted(page: str) -> Callable[[], str]:
    return lambda: reverse(page, args=[_signup("a_used_form")().form_key])


def _confirmation() -> str:
    from campaigns.signup.links import confirm_url

    wish = _signup("make_request")()
    return reverse("signup_confirm", args=[confirm_url(wish.pk).rpartition("/")[2]])


def _anna() -> Any:
    from tests.factories.person import anna_of_the_club

    return anna_of_the_club()


def _asked_about() -> str:
    _anna()
    return f"{reverse('admin:campaigns_contact_why')}?address=anna.berg@club.example&campaign=May+letter"


def _recipient() -> str:
    person = _stage("a_recipient")()
    return reverse("admin:campaigns_campaign_person", args=[person.campaign_id, person.pk])


def _shelf() -> Any:
    from tests.factories.images import a_picture_shelf

    return a_picture_shelf()


def _test() -> str:
    draft = _stage("a_tested_draft")()
    return reverse("admin:campaigns_campaign_trial", args=[draft.tests.get().version_id])


def _left_out() -> str:
    draft = _stage("a_draft")()
    return reverse("admin:campaigns_campaign_left_out", args=[draft.pk, 3])


def _stops(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import breakers, suppression

        return (getattr(suppression, name, None) or getattr(breakers, name))()

    return make


def _stopped_progress() -> str:
    return reverse("admin:campaigns_campaign_progress", args=[_stops("a_stopped_campaign")().pk])


def _sought_suppression() -> str:
    _club("make_suppression")()
    return reverse("admin:campaigns_suppression_changelist") + "?q=gone@club.example"


def _alerts(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import alerts

        return getattr(alerts, name)()

    return make


def _uncertain(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import uncertain

        return getattr(uncertain, name)()

    return make


def _feedback(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import feedback

        return getattr(feedback, name)()

    return make


def _read_delivery() -> str:
    person = _feedback("a_read_delivery")()
    return reverse("admin:campaigns_campaign_person", args=[person.campaign_id, person.pk])


PAGES: list[Page] = [
    Page("login", at("admin:login"), role=None),
    Page("overview-empty", at("admin:index")),
    Page("overview", at("admin:index", _everything)),
    Page("overview-viewer", at("admin:index", _everything), role=VIEWER),
    Page("uncertain-empty", at("admin:campaigns_campaign_all_uncertain")),
    Page("uncertain", at("admin:campaigns_campaign_all_uncertain", _uncertain("people_in_doubt"))),
    Page("uncertain-viewer", at("admin:campaigns_campaign_all_uncertain", _uncertain("people_in_doubt")), role=VIEWER),
    Page("campaign-uncertain", at("admin:campaigns_campaign_uncertain", _uncertain("people_in_doubt"), with_id=True)),
    Page(
        "campaign-paused-midway",
        at("admin:campaigns_campaign_progress", _uncertain("a_stopped_campaign"), with_id=True),
    ),
    Page("feedback-empty", at("admin:campaigns_feedbackcount_changelist"), role=VIEWER),
    Page("feedback", at("admin:campaigns_feedbackcount_changelist", _feedback("weeks_of_feedback"))),
    Page("raw-event", at("admin:campaigns_feedbackcount_raw", _feedback("a_raw_event"), with_id=True)),
    Page("campaign-read", at("admin:campaigns_campaign_report", _feedback("a_read_campaign"), with_id=True)),
    Page("campaign-person-read", _read_delivery),
    Page("jump", lambda: _club("a_club")() and f"{reverse('admin:jump')}?q=a"),
    Page("jump-nothing", lambda: f"{reverse('admin:jump')}?q=zzz", role=VIEWER),
    Page("activity", at("admin:portal_activity_changelist", _deeds)),
    Page("alerts", at("admin:portal_alert_changelist", _alerts("alerts_of_all_kinds"))),
    Page("alert", at("admin:portal_alert_one", _alerts("alerts_of_all_kinds"), with_id=True)),
    Page("alert-viewer", at("admin:portal_alert_one", _alerts("alerts_of_all_kinds"), with_id=True), role=VIEWER),
    Page("alert-recipients", at("admin:portal_alertrecipient_changelist", _alerts("recipients"))),
    Page("alert-recipient", at("admin:portal_alertrecipient_add")),
    Page("restored", at("admin:restored", _alerts("a_restored_installation"))),
    Page("restored-viewer", at("admin:restored", _alerts("put_back")), role=VIEWER),
    Page("nothing-restored", at("admin:restored")),
    Page("people", at("admin:auth_user_changelist", _person)),
    Page("person", at("admin:auth_user_change", _person, with_id=True)),
    Page("person-history", at("admin:auth_user_history", _person, with_id=True)),
    Page("person-delete", at("admin:auth_user_delete", _person, with_id=True)),
    Page("person-password", at("admin:auth_user_password_change", _person, with_id=True)),
    Page("app-index", lambda: reverse("admin:app_list", args=["auth"])),
    Page("deed", at("admin:portal_activity_change", _deed, with_id=True)),
    Page("person-add", at("admin:auth_user_add")),
    Page("roles", at("admin:auth_group_changelist")),
    Page("failed-sign-ins", at("admin:axes_accessattempt_changelist", _attempt)),
    Page("failed-sign-ins-empty", at("admin:axes_accessattempt_changelist")),
    Page("password-change", at("admin:password_change")),
    Page("not-found", lambda: "/admin/portal/nothing/", status=404),
    Page("not-allowed", at("admin:auth_user_changelist"), role=VIEWER, status=403),
    Page("contacts-empty", at("admin:campaigns_contact_changelist")),
    Page("contacts", at("admin:campaigns_contact_changelist", _club("a_club"))),
    Page("contacts-viewer", at("admin:campaigns_contact_changelist", _club("a_club")), role=VIEWER),
    Page(
        "contacts-nobody-found", lambda: at("admin:campaigns_contact_changelist")() + "?q=zoe@gmial.com", role=MARKETER
    ),
    Page("contact-add", at("admin:campaigns_contact_add", _club("a_club")), role=MARKETER),
    Page("contact", at("admin:campaigns_contact_change", _club("a_person_with_mails"), with_id=True), role=MARKETER),
    Page(
        "contact-odd",
        at("admin:campaigns_contact_change", _club("a_person_with_odd_values"), with_id=True),
        role=MARKETER,
    ),
    Page("contact-gets-mail", at("admin:campaigns_contact_change", _club("make_contact"), with_id=True), role=MARKETER),
    Page("contact-person", at("admin:campaigns_contact_person", _anna, with_id=True), role=MARKETER),
    Page("contact-person-viewer", at("admin:campaigns_contact_person", _anna, with_id=True), role=VIEWER),
    Page("contact-person-new", at("admin:campaigns_contact_person", _club("make_contact"), with_id=True)),
    Page("contact-why", _asked_about),
    Page("contact-why-empty", at("admin:campaigns_contact_why"), role=VIEWER),
    Page("contact-viewer", at("admin:campaigns_contact_change", _club("a_club"), with_id=True), role=VIEWER),
    Page("contact-delete", at("admin:campaigns_contact_delete", _club("a_club"), with_id=True), role=MARKETER),
    Page("contacts-just-tagged", at("admin:campaigns_contact_changelist", _bulk("a_club_just_tagged")), role=MARKETER),
    Page("bulk-changes-empty", at("admin:campaigns_bulkchange_changelist")),
    Page("bulk-changes", at("admin:campaigns_bulkchange_changelist", _bulk("changes_in_all_stages"))),
    *(
        Page(f"bulk-{deed}", partial(_bulk_deed, deed), role=MARKETER)
        for deed in ("add_tag", "remove_tag", "add_to_list", "set_field", "delete")
    ),
    *(
        Page(f"bulk-set-{name}", partial(_bulk_field, f"attribute:{name}"), role=MARKETER)
        for name in ("joined_on", "shirt")
    ),
    Page("bulk-at-work", at("admin:campaigns_bulkchange_one", _bulk("a_change_at_work"), with_id=True), role=MARKETER),
    Page("bulk-done", at("admin:campaigns_bulkchange_one", _bulk("a_finished_change"), with_id=True), role=MARKETER),
    Page("bulk-undone", at("admin:campaigns_bulkchange_one", _bulk("an_undone_change"), with_id=True), role=MARKETER),
    Page("bulk-stopped", at("admin:campaigns_bulkchange_one", _bulk("a_stopped_change"), with_id=True), role=VIEWER),
    Page("duplicates-empty", at("admin:campaigns_bulkchange_duplicates"), role=MARKETER),
    Page("duplicates", at("admin:campaigns_bulkchange_duplicates", _bulk("duplicates_found")), role=MARKETER),
    Page("duplicates-viewer", at("admin:campaigns_bulkchange_duplicates", _bulk("duplicates_found")), role=VIEWER),
    Page("merge", _bulk("people_to_merge"), role=MARKETER),
    Page("exports-empty", at("admin:campaigns_export_changelist")),
    Page("exports", at("admin:campaigns_export_changelist", _bulk("exports_in_all_stages"))),
    Page("export-new", _bulk("an_export_to_begin"), role=MARKETER),
    Page("export-at-work", at("admin:campaigns_export_one", _bulk("an_export_at_work"), with_id=True)),
    Page("export-ready", at("admin:campaigns_export_one", _bulk("a_ready_export"), with_id=True)),
    Page("export-of-another", at("admin:campaigns_export_one", _bulk("a_ready_export"), with_id=True), role=MARKETER),
    Page("lists-empty", at("admin:campaigns_contactlist_changelist")),
    Page("lists", at("admin:campaigns_contactlist_changelist", _club("a_club"))),
    Page("list", at("admin:campaigns_contactlist_change", _club("make_list"), with_id=True)),
    Page("list-add", at("admin:campaigns_contactlist_add")),
    Page("tags-empty", at("admin:campaigns_tag_changelist")),
    Page("tags", at("admin:campaigns_tag_changelist", _club("a_club"))),
    Page("segments-empty", at("admin:campaigns_segment_changelist"), role=MARKETER),
    Page("segments", at("admin:campaigns_segment_changelist", _club("a_club_with_segments")), role=MARKETER),
    Page("segment", at("admin:campaigns_segment_change", _club("a_club_with_segments"), with_id=True), role=MARKETER),
    Page("segment-add", at("admin:campaigns_segment_add"), role=MARKETER),
    Page(
        "segment-viewer", at("admin:campaigns_segment_change", _club("a_club_with_segments"), with_id=True), role=VIEWER
    ),
    Page("segment-delete", at("admin:campaigns_segment_delete", _club("a_club_with_segments"), with_id=True)),
    Page("fields-empty", at("admin:campaigns_contactfield_changelist"), role=MARKETER),
    Page("fields", at("admin:campaigns_contactfield_changelist", _club("fields_of_a_club")), role=MARKETER),
    Page("field", at("admin:campaigns_contactfield_change", _club("fields_of_a_club"), with_id=True), role=MARKETER),
    Page("field-add", at("admin:campaigns_contactfield_add"), role=MARKETER),
    Page(
        "field-viewer", at("admin:campaigns_contactfield_change", _club("fields_of_a_club"), with_id=True), role=VIEWER
    ),
    Page("suppressions-empty", at("admin:campaigns_suppression_changelist")),
    Page("suppressions", at("admin:campaigns_suppression_changelist", _club("make_suppression"))),
    Page("suppression", at("admin:campaigns_suppression_change", _club("make_suppression"), with_id=True)),
    Page("suppression-add", at("admin:campaigns_suppression_add")),
    Page("suppression-release", at("admin:campaigns_suppression_release", _club("make_suppression"), with_id=True)),
    Page("suppression-sought", _sought_suppression),
    Page("suppressions-many", at("admin:campaigns_suppression_many", _stops("an_added_batch")), role=MARKETER),
    Page("suppressions-checked", at("admin:campaigns_suppression_batch", _stops("a_checked_batch"), with_id=True)),
    Page("suppressions-added", at("admin:campaigns_suppression_batch", _stops("an_added_batch"), with_id=True)),
    Page("suppressions-ses", at("admin:campaigns_suppression_ses", _stops("lists_that_differ"))),
    Page("suppressions-ses-empty", at("admin:campaigns_suppression_ses"), role=VIEWER),
    Page("breakers-empty", at("admin:campaigns_breakerlimits_changelist"), role=VIEWER),
    Page("breakers", at("admin:campaigns_breakerlimits_changelist", _stops("breakers_at_work"))),
    Page("breakers-limits", at("admin:campaigns_breakerlimits_limits")),
    Page("campaign-breaker", _stopped_progress),
    Page("campaigns-empty", at("admin:campaigns_campaign_changelist")),
    Page("campaigns", at("admin:campaigns_campaign_changelist", _stage("campaigns_in_all_stages"))),
    Page("campaign-new", at("admin:campaigns_campaign_add", _stage("a_draft"))),
    Page("campaign-compose", _one("change", "a_draft")),
    Page("campaign-compose-broken", _one("change", "a_broken_draft")),
    Page("campaign-message", _one("change", "a_running_campaign"), role=VIEWER),
    Page("campaign-review", _one("review", "a_draft")),
    Page("campaign-review-broken", _one("review", "a_broken_draft")),
    Page("campaign-review-viewer", _one("review", "a_draft"), role=VIEWER),
    Page("campaign-left-out", _left_out),
    Page("campaign-leaving", _one("review", "a_leaving_campaign")),
    Page("campaign-scheduled", _one("review", "a_scheduled_campaign")),
    Page("campaign-schedule", _scheduled("schedule", "a_draft_that_needs_a_second_person"), role=MARKETER),
    Page("campaign-in-waves", _scheduled("review", "a_campaign_in_waves")),
    Page("campaign-in-waves-schedule", _scheduled("schedule", "a_campaign_in_waves"), role=MARKETER),
    Page("campaign-late", _scheduled("review", "a_late_campaign"), role=MARKETER),
    Page("campaign-waves", _scheduled("progress", "waves_under_way")),
    Page("campaign-quota", _scheduled("progress", "a_campaign_that_waits_for_the_quota")),
    Page("campaign-three-quotas", _scheduled("review", "a_draft_of_three_quotas")),
    Page("campaign-needs-second", _scheduled("review", "a_draft_that_needs_a_second_person"), role=MARKETER),
    Page("campaign-asked", _scheduled("review", "a_campaign_that_is_asked_for")),
    Page("campaign-approved", _scheduled("review", "an_approved_campaign"), role=MARKETER),
    Page("approvals-empty", at("admin:campaigns_approval_changelist"), role=VIEWER),
    Page("approvals", _approvals),
    Page("approval-rule", at("admin:campaigns_approval_rule")),
    Page("campaign-progress", _one("progress", "a_running_campaign")),
    Page("campaign-people", _one("people", "a_running_campaign")),
    Page("campaign-person", _recipient),
    Page("split-new", _one("split", "a_draft")),
    Page("split-setup", _split("split", "a_split_draft")),
    Page("split-setup-content", _split("split", "a_content_split"), role=MARKETER),
    Page("split-viewer", _split("split", "a_split_draft"), role=VIEWER),
    Page("split-version", _split("split_version", "a_content_split", 2)),
    Page("split-version-viewer", _split("split_version", "a_content_split", 2), role=VIEWER),
    Page("split-test", _split("split_test", "a_split_draft", 2)),
    Page("split-review", _split("review", "a_split_draft")),
    Page("split-progress", _split("progress", "a_running_split")),
    Page("split-asks", _split("split", "a_split_that_asks")),
    Page("split-decided", _split("split", "a_decided_split"), role=VIEWER),
    Page("split-people", _split("people", "a_running_split")),
    Page("again", _split("again", "an_ended_campaign")),
    Page("again-review", _split("review", "a_follow_up")),
    Page("again-writing", _split("change", "a_follow_up"), role=MARKETER),
    Page("campaign-report", _one("report", "a_finished_campaign")),
    Page("templates-empty", at("admin:campaigns_template_changelist")),
    Page("templates", at("admin:campaigns_template_changelist", _stage("a_template"))),
    Page("template", at("admin:campaigns_template_change", _stage("a_template"), with_id=True)),
    Page("template-viewer", at("admin:campaigns_template_change", _stage("a_template"), with_id=True), role=VIEWER),
    Page("template-mjml", at("admin:campaigns_template_change", _part("an_mjml_template"), with_id=True)),
    Page("versions", at("admin:campaigns_template_versions", _part("a_template_with_versions"), with_id=True)),
    Page("versions-none", at("admin:campaigns_template_versions", _stage("a_template"), with_id=True), role=VIEWER),
    Page("versions-compared", _compared),
    Page("house-layouts-empty", at("admin:campaigns_houselayout_changelist")),
    Page("house-layouts", at("admin:campaigns_houselayout_changelist", _part("layouts"))),
    Page("house-layout", at("admin:campaigns_houselayout_change", _part("layouts"), with_id=True)),
    Page("house-layout-viewer", at("admin:campaigns_houselayout_change", _part("layouts"), with_id=True), role=VIEWER),
    Page("house-layout-add", at("admin:campaigns_houselayout_add", _part("layouts"))),
    Page("snippets-empty", at("admin:campaigns_snippet_changelist")),
    Page("snippets", at("admin:campaigns_snippet_changelist", _part("snippets")), role=MARKETER),
    Page("snippet", at("admin:campaigns_snippet_change", _part("snippets"), with_id=True), role=MARKETER),
    Page("snippet-add", at("admin:campaigns_snippet_add"), role=MARKETER),
    Page("images-empty", at("admin:campaigns_image_changelist"), role=MARKETER),
    Page("images", at("admin:campaigns_image_changelist", _shelf), role=MARKETER),
    Page("images-viewer", at("admin:campaigns_image_changelist", _shelf), role=VIEWER),
    Page("images-none-found", lambda: _shelf() and at("admin:campaigns_image_changelist")() + "?q=zebra"),
    Page("image", at("admin:campaigns_image_change", _shelf, with_id=True), role=MARKETER),
    Page("image-viewer", at("admin:campaigns_image_change", _shelf, with_id=True), role=VIEWER),
    Page("guest-lists-empty", at("admin:campaigns_guestlist_changelist"), role=MARKETER),
    Page("guest-lists", at("admin:campaigns_guestlist_changelist", _stage("a_guest_list")), role=MARKETER),
    Page("guest-list", at("admin:campaigns_guestlist_change", _stage("a_guest_list"), with_id=True), role=MARKETER),
    Page("guest-list-add", at("admin:campaigns_guestlist_add"), role=MARKETER),
    Page("campaign-review-tested", _one("review", "a_tested_draft"), role=MARKETER),
    Page("test", _test, role=MARKETER),
    Page("test-of-template", _one("test_template", "a_template"), role=MARKETER),
    Page("imports-empty", at("admin:campaigns_contactimport_changelist")),
    Page("imports", at("admin:campaigns_contactimport_changelist", _import_stage("imports_in_all_stages"))),
    Page("import-file", at("admin:campaigns_contactimport_add"), role=MARKETER),
    Page("import-waiting", _import("file", "a_file_on_its_way"), role=MARKETER),
    Page("import-columns", _import("columns", "a_file_to_map"), role=MARKETER),
    Page("import-columns-wrong", _import("columns", "a_file_read_wrongly"), role=MARKETER),
    Page("import-checking", _import("check", "a_file_being_checked"), role=MARKETER),
    Page("import-check", _import("check", "a_checked_file"), role=MARKETER),
    Page("import-check-fine", _import("check", "a_fine_file"), role=MARKETER),
    Page("import-check-viewer", _import("check", "a_checked_file"), role=VIEWER),
    Page("import-running", _import("result", "an_import_under_way"), role=MARKETER),
    Page("import-result", _import("result", "a_finished_import"), role=MARKETER),
    Page("import-undone", _import("result", "an_undone_import"), role=MARKETER),
    Page("import-cancelled", _import("result", "a_cancelled_import"), role=MARKETER),
    Page("import-failed", _import("result", "a_file_that_is_no_csv"), role=MARKETER),
    Page("drop-folders-empty", at("admin:campaigns_dropfolder_changelist")),
    Page("drop-folders", at("admin:campaigns_dropfolder_changelist", _import_stage("a_drop_folder"))),
    Page("drop-folder-add", at("admin:campaigns_dropfolder_add", _import_stage("a_drop_folder"))),
    Page("drop-folder", at("admin:campaigns_dropfolder_change", _import_stage("a_drop_folder"), with_id=True)),
    Page("own-settings", at("admin:own_settings")),
    Page("signup-forms-empty", at("admin:campaigns_signupform_changelist")),
    Page("signup-forms", at("admin:campaigns_signupform_changelist", _signup("a_used_form"))),
    Page("signup-form-new", at("admin:campaigns_signupform_add", _signup("make_form"))),
    Page("signup-form", at("admin:campaigns_signupform_change", _signup("a_used_form"), with_id=True)),
    Page(
        "signup-form-viewer",
        at("admin:campaigns_signupform_change", _signup("a_used_form"), with_id=True),
        role=VIEWER,
    ),
    Page("signup-public", _hosted("signup"), role=None),
    Page("signup-framed", _hosted("signup_frame"), role=None),
    Page("signup-confirm", _confirmation, role=None),
    *WISH_PAGES,
    Page("signup-bad-link", lambda: reverse("signup_confirm", args=["nothing"]), role=None, status=404),
]
