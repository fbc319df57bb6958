"""What actions keep beside the deliveries."""

from __future__ import annotations

from django.db import models


class BouncePace(models.Model):
    """The moment from which the next bounce may go: SES takes one a second. One row, id 1, made at first use."""

    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.free_at}"
