"""Where images are used: found by their keys in the words themselves, so that no second record can be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.sending.models import Campaign
from campaigns.sending.states import WRITTEN_KINDS
from campaigns.signup.models import SignupForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable


@dataclass(frozen=True, slots=True)
class ImageUse:
    """One thing whose words name an image; `is_final`: its mails have left."""

    label: str
    url: str
    is_final: bool = False

    def __str__(self) -> str:
        return self.label


def uses_of(keys: Sequence[str]) -> dict[str, list[ImageUse]]:
    """For each key what uses the image, what was sent first; five queries, whatever the number of keys."""
    found: dict[str, list[ImageUse]] = {key: [] for key in keys}
    for use, words in _everything_with(keys) if keys else ():
        for key in keys:
            if key in words:
                found[key].append(use)
    return found


def _everything_with(keys: Sequence[str]) -> Iterator[tuple[ImageUse, str]]:
    campaigns = Campaign.objects.filter(campaign_kind__in=WRITTEN_KINDS)
    frozen = ("version__body", "version__text_body", "version__layout", "version__snippets")
    for pk, name, version_id, words in _with_keys(campaigns, keys, "body", "text_body", *frozen, also="version_id"):
        label = _("campaign “%s”, sent") if version_id else _("draft “%s”")
        yield ImageUse(label % name, reverse("admin:campaigns_campaign_change", args=[pk]), bool(version_id)), words
    for pk, name, _same, words in _with_keys(Template.objects.all(), keys, "body", "text_body"):
        yield ImageUse(_("template “%s”") % name, reverse("admin:campaigns_template_change", args=[pk])), words
    for pk, name, _same, words in _with_keys(Snippet.objects.all(), keys, "body"):
        yield ImageUse(_("snippet “%s”") % name, reverse("admin:campaigns_snippet_change", args=[pk])), words
    forms = SignupForm.objects.annotate(name=F("title"))
    for pk, name, _same, words in _with_keys(forms, keys, "confirmation_body"):
        yield ImageUse(_("sign-up form “%s”") % name, reverse("admin:campaigns_signupform_change", args=[pk])), words
    for pk, name, _same, words in _with_keys(HouseLayout.objects.all(), keys, "logo_url"):
        yield ImageUse(_("house layout “%s”") % name, reverse("admin:campaigns_houselayout_change", args=[pk])), words


def _with_keys(
    rows: QuerySet[Any], keys: Sequence[str], *fields: str, also: str = "pk"
) -> Iterator[tuple[int, str, Any, str]]:
    """Rows that name any of the keys, as id, name, `also`, and all their words."""
    parts: list[Combinable] = [Cast(field, TextField()) for field in fields]
    words = Concat(*parts, Value(""), output_field=TextField())
    names_one = Q()
    for key in keys:
        names_one |= Q(words__contains=key)
    named = rows.annotate(words=words).filter(names_one).order_by("-pk")
    yield from named.values_list("pk", "name", F(also), "words")
