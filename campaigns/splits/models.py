"""A/B tests: several versions of one message on a share of its audience, the rest gets the best."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign

MOST_VERSIONS = 4
SMALLEST_SHARE, LARGEST_SHARE = 2, 80  # percent of the audience
LONGEST_WAIT_MINUTES = 7 * 24 * 60


class SplitTest(models.Model):
    """The A/B test of one campaign; version A is what the campaign itself says.

    Written by marketers while it is a draft. From Send on only two things change, each by one conditional update: that
    the test is out (`tested_at`) and the winner. The winner, once there, never changes. Goes with its campaign.
    """

    class Tests(models.TextChoices):
        SUBJECT = "subject", _("the subject line only")
        CONTENT = "content", _("the whole message")

    class Rule(models.TextChoices):
        OPENS = "opens", _("most people opened it")
        CLICKS = "clicks", _("most people clicked")
        QUIET = "quiet", _("fewest complaints and unsubscribes")
        DELIVERED = "delivered", _("most delivered")
        HAND = "hand", _("I choose by hand")

    class WhenUnclear(models.TextChoices):
        ASK = "ask", _("ask me")
        LEAD = "lead", _("take the one that leads")

    class How(models.TextChoices):
        RULE = "rule", _("by the rule")
        LEAD = "lead", _("as the one that led")
        HAND = "hand", _("by hand")

    class Asks(models.TextChoices):
        """Why a person is asked for the winner."""

        HAND = "hand", _("you wanted to choose by hand")
        NO_DATA = "no-data", _("nothing has been measured")
        UNTRACKED = "untracked", _("opens and clicks are not tracked for this campaign")
        TOO_FEW = "too-few", _("too few people were reached to tell")
        TIE = "tie", _("two versions are level")
        UNCLEAR = "unclear", _("the difference may well be chance")

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="split")
    tests = models.CharField(_("what differs"), max_length=10, choices=Tests.choices, default=Tests.SUBJECT)
    share_percent = models.SmallIntegerField(
        _("share of the audience for the test"),
        default=20,
        validators=(MinValueValidator(SMALLEST_SHARE), MaxValueValidator(LARGEST_SHARE)),
    )
    wait_minutes = models.IntegerField(
        _("time to wait for answers"),
        default=240,
        validators=(MinValueValidator(1), MaxValueValidator(LONGEST_WAIT_MINUTES)),
    )
    rule = models.CharField(_("the winner"), max_length=10, choices=Rule.choices, default=Rule.HAND)
    when_unclear = models.CharField(
        _("when the difference may be chance"), max_length=4, choices=WhenUnclear.choices, default=WhenUnclear.ASK
    )
    tested_at = models.DateTimeField(null=True, editable=False)  # everybody in the test has been dealt with
    asks = models.CharField(max_length=10, choices=Asks.choices, blank=True, default="", editable=False)
    winner_number = models.SmallIntegerField(null=True, editable=False)
    decided_how = models.CharField(max_length=4, choices=How.choices, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("A/B test")
        verbose_name_plural = _("A/B tests")

    def __str__(self) -> str:
        return f"A/B {self.campaign_id}"

    @property
    def wait_s(self) -> int:
        """The time to wait for answers."""
        return 60 * self.wait_minutes


class SplitVersion(models.Model):
    """One further version (2 = B, 3 = C, 4 = D) of a tested campaign.

    Its words stand in a campaign of kind VERSION that is never sent itself, so that the editor, the checks and the tests
    work on it as on any other; it is frozen when its parent starts.
    """

    split = models.ForeignKey(SplitTest, on_delete=models.CASCADE, related_name="versions")
    number = models.SmallIntegerField()
    draft = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="split_version")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("split", "number"), name="split_version_number"),)

    def __str__(self) -> str:
        return f"{self.split} {letter_of(self.number)}"


def letter_of(number: int) -> str:
    """A, B, C or D; "" for 0."""
    return "ABCD"[number - 1] if number else ""


def number_of(letter: str) -> int:
    """1 to 4 for A to D, in either case. Raises ValueError for anything else."""
    return [*"abcd"].index(letter.lower()) + 1
