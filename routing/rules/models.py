"""Rules of routing, their history, and examples that guard them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField
from routing.recipients import MAX_KEY_CHARS, PatternKind

ACTION_KINDS = (
    ("gmail", _("Gmail")),
    ("bounce", _("bounce")),
    ("store", _("store only")),
    ("drop", _("drop")),
    ("hold", _("hold")),
    ("forward", _("forward")),
    ("webhook", _("webhook")),
)


def hold_choices() -> list[dict[str, Any]]:
    """The default route of a new installation: hold everything."""
    return [{"conditions": [], "actions": [{"kind": "hold"}]}]


class RoutingRule(models.Model):
    """What happens to mail for one pattern; there is one rule a pattern, and the most specific that fits decides.

    Written only by `routing.rules.services`, which keeps RuleSetVersion and RuleDestination in step.
    """

    class Kind(models.TextChoices):
        """What the pattern stands for (`routing.recipients.PatternKind`)."""

        TAGGED = PatternKind.TAGGED.value, _("address with a tag")
        EXACT = PatternKind.EXACT.value, _("address, with any tag")
        DOMAIN = PatternKind.DOMAIN.value, _("whole domain")
        ANY = PatternKind.ANY.value, _("everything")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    pattern = models.CharField(_("pattern"), max_length=MAX_KEY_CHARS, help_text=_("As it was typed."))
    key = KeyField(max_length=MAX_KEY_CHARS, unique=True)  # normal form of the pattern
    domain = KeyField(max_length=255, blank=True, db_index=True)  # for lists by domain; "" for *
    name = models.CharField(_("name"), max_length=120, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    choices = models.JSONField(_("choices"))  # list[routing.rules.definition.ChoiceJson]
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.name or self.pattern


class RuleDestination(models.Model):
    """Where a rule may send mail to: one row per action and destination, so that rules are found by destination.

    Rewritten with each save of the rule; `rule` is empty for the default route.
    """

    rule = models.ForeignKey(RoutingRule, null=True, on_delete=models.CASCADE, related_name="destinations")
    action = models.CharField(max_length=8, choices=ACTION_KINDS)
    destination = KeyField(max_length=1_000)  # routing.rules.definition.Action.destination

    class Meta:
        indexes = (models.Index(fields=("action", "destination"), name="rule_destination"),)

    def __str__(self) -> str:
        return f"{self.action} {self.destination}"


class DefaultRoute(models.Model):
    """The permanent last row: what happens to mail that no rule takes. One row, made at first use; id 1."""

    choices = models.JSONField(_("choices"), default=hold_choices)  # list[ChoiceJson]
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("default route")
        verbose_name_plural = _("default route")

    def __str__(self) -> str:
        return str(_("Anything else"))


class RuleSetVersion(models.Model):
    """One change to the rules; its id is the stamp of the rule set. Appended by `routing.rules.services`, kept for good.

    `changes`: list of {"key", "before", "after"}; before and after are the rule as `RuleJson`, or null where there was
    or is none. The default route has the key "". Taking back all versions after N gives the rules as they were at N.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(_("name"), max_length=150)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    changes = models.JSONField(_("changes"), default=list)

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk}"


class RuleHit(models.Model):
    """How many messages a rule decided on one day (UTC). Counted by the router; goes after a year."""

    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="hits")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    last_message = models.ForeignKey("routing.InboundMessage", null=True, on_delete=models.SET_NULL, related_name="+")
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule", "day"), name="rule_hit_once"),)

    def __str__(self) -> str:
        return f"{self.rule_id} {self.day}: {self.count}"


class SavedExample(models.Model):
    """A mail and where it must go: a save of rules that would send it elsewhere asks first. Written by people."""

    name = models.CharField(_("name"), max_length=120)
    recipient = models.CharField(_("recipient"), max_length=MAX_KEY_CHARS)
    facts = models.JSONField(_("mail"), default=dict)  # routing.rules.facts.FactsJson
    expected = models.JSONField(_("expected"))  # list[routing.rules.definition.ActionJson], in order
    expected_key = models.CharField(_("by the rule"), max_length=MAX_KEY_CHARS, blank=True)  # "" = the default route
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved example")
        verbose_name_plural = _("saved examples")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name
