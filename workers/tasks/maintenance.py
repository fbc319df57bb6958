"""Tasks of the schedule."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from campaigns.api.once import forget_old_requests
from campaigns.attachments.storing import sweep_unused
from campaigns.audience.field_rewrite import sweep_fields
from campaigns.breakers.services import sweep_breakers
from campaigns.bulk.sweep import sweep_bulk_work
from campaigns.editing.sweep import sweep_editing
from campaigns.exports.services import sweep_exports
from campaigns.feedback.services import sweep_feedback
from campaigns.forms.outcomes import sweep_forms
from campaigns.importing.sweep import sweep_imports
from campaigns.privacy.services import sweep_erasures
from campaigns.restored.services import keep_generation, publish_settling
from campaigns.sending.sweep import sweep_campaigns
from campaigns.sending.watch import watch_all
from campaigns.signup.services import sweep_requests
from campaigns.suppression.batches import sweep_batches
from campaigns.transactional.services import forget_old_values
from campaigns.webhooks.services import prune_log
from credentials.smtp_users.drift_cure import hint_cures
from credentials.smtp_users.sweep import sweep_smtp_users
from credentials.smtp_users.validator import sweep_smtp_mail
from portal.accounts.outbox import sweep_account_mail
from portal.accounts.sessions import forget_ended_logins
from portal.alerts.outbox import publish_waiting
from portal.failures.redrive import sweep_redrives
from portal.publish import producer
from portal.queues import TaskName
from portal.ratelimit import forget_old_turns
from routing.inbound.sweep import sweep_inbound
from workers.task_base import PostroomTask

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

# Sending comes first: it alone has people waiting by the minute.
PARTS: dict[str, Callable[[], object]] = {
    "campaigns": sweep_campaigns,
    "forms": sweep_forms,
    "inbound": sweep_inbound,
    "feedback": sweep_feedback,
    "breakers": sweep_breakers,
    "imports": sweep_imports,
    "bulk": sweep_bulk_work,
    "exports": sweep_exports,
    "erasures": sweep_erasures,
    "fields": sweep_fields,
    "files": sweep_unused,
    "signups": sweep_requests,
    "messages": forget_old_values,
    "api": forget_old_requests,
    "suppressions": sweep_batches,
    "unsaved": sweep_editing,
    "webhooks": prune_log,
    "smtp_users": sweep_smtp_users,
    "smtp_mail": sweep_smtp_mail,
    "smtp_cures": hint_cures,
    "redrives": sweep_redrives,
    "turns": forget_old_turns,
    "restored": publish_settling,
    "watch": watch_all,
    "alerts": publish_waiting,
    "account_mail": sweep_account_mail,
    "logins": forget_ended_logins,
}


@producer.task(name=TaskName.SWEEP.value, base=PostroomTask)
def sweep(**_ids: int) -> None:
    """Harmless twice: it only publishes hints for what is due. A part that breaks keeps no other from its turn.

    First of all it looks whether the database was restored.
    """
    if not keep_generation():
        return
    found: dict[str, object] = {}
    errors: list[Exception] = []
    for name, part in PARTS.items():
        try:
            found[name] = part()
        except Exception as error:
            logger.exception("sweep.broken", extra={"part": name})
            errors.append(error)
    logger.info("sweep.done", extra=found)
    if errors:
        raise errors[0]
