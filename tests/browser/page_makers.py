"""What the pages of `tests.browser.pages` are made with: the rows that each needs, and its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portal.roles import MARKETER
from tests.browser.page import at

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


def _with_files(page: str, stage: str = "a_draft_with_files") -> Callable[[], str]:
    def build() -> str:
        from tests.factories import attachments

        return reverse(f"admin:campaigns_campaign_{page}", args=[getattr(attachments, stage)().pk])

    return build


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


def _failures(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import failures

        return getattr(failures, name)()

    return make


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


def _reports(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import reports

        return getattr(reports, name)()

    return make
