"""When sending stops by itself: limits for bounces and complaints, and each time one was passed."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign, SendingAccount

_PCT = (MinValueValidator(0.01), MaxValueValidator(100))
_SAMPLE = (MinValueValidator(1), MaxValueValidator(1_000_000))


class BreakerLimits(models.Model):
    """Limits of one sending account, or (without one) of the installation; an account without a row has the latter's.

    Written by operators. Defaults: SES reviews an account at 5 % bounces and 0.1 % complaints.
    """

    account = models.OneToOneField(SendingAccount, null=True, blank=True, on_delete=models.CASCADE, editable=False)
    is_on = models.BooleanField(_("Stop by itself"), default=True)
    bounce_pct = models.FloatField(_("Hard bounces, per cent"), default=5.0, validators=_PCT)
    complaint_pct = models.FloatField(_("Complaints, per cent"), default=0.1, validators=_PCT)
    bounce_sample = models.IntegerField(_("Fewest answers for bounces"), default=200, validators=_SAMPLE)
    complaint_sample = models.IntegerField(_("Fewest answers for complaints"), default=2000, validators=_SAMPLE)

    class Meta:
        verbose_name = _("limits of the breakers")
        verbose_name_plural = _("limits of the breakers")

    def __str__(self) -> str:
        return str(self.account or _("all sending accounts"))


class BreakerTrip(models.Model):
    """One time that a limit was passed: of a campaign, which was paused, or of a whole account, which starts nothing new.

    Open until somebody lets it go on and says why; then it holds the figures of that moment, from which it counts anew.
    """

    class Measure(models.TextChoices):
        BOUNCES = "bounces", _("hard bounces")
        COMPLAINTS = "complaints", _("complaints")

    account = models.ForeignKey(SendingAccount, on_delete=models.CASCADE, related_name="trips")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="trips")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    answered_count = models.BigIntegerField()  # people whose mailbox answered, since the breaker counts
    hit_count = models.BigIntegerField()  # of them, who bounced or complained
    limit_pct = models.FloatField()
    tripped_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_by_name = models.CharField(max_length=150, blank=True, default="")
    why = models.CharField(max_length=500, blank=True, default="")
    # The campaign's figures when it was let go on.
    answered_then = models.BigIntegerField(default=0)
    bounced_then = models.BigIntegerField(default=0)
    complained_then = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("campaign",), condition=Q(ended_at__isnull=True, campaign__isnull=False), name="one_open_trip"
            ),
            models.UniqueConstraint(
                fields=("account",),
                condition=Q(ended_at__isnull=True, campaign__isnull=True),
                name="one_open_trip_of_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.campaign or self.account}: {self.measure}"
