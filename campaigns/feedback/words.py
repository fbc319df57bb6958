"""The words for causes and for machines, as the pages say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.feedback.causes import Cause
from campaigns.feedback.machines import APPLE_PROXY, AT_ONCE, IMAGE_PROXY, MANY_LINKS, SCANNER

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CURES: dict[Cause, _StrPromise] = {
    Cause.REPEATED: _("SES may tell the same thing twice; it counts once. Nothing to do."),
    Cause.UNREADABLE: _("Something else writes to the events queue. Look who may publish to its topic."),
    Cause.TRUNCATED: _("The message was cut off on its way. Look who may publish to the topic."),
    Cause.FORGED_TAG: _("Somebody uses the name of our tag. Look who may send through the configuration set."),
    Cause.UNKNOWN_TAG: _("Another installation shares the topic, or the database was restored from a backup."),
    Cause.OTHER_ADDRESS: _("Another installation shares the topic: give each its own configuration set and topic."),
    Cause.NOT_OURS: _("Other programs send through the same configuration set. Give them one of their own."),
    Cause.FOREIGN_TOPIC: _("It did not come through SES_EVENTS_TOPIC_ARN. Look who may write to the queue."),
    Cause.FOREIGN_ACCOUNT: _("It is not from SES_ACCOUNT_ID. Look who may publish to the topic."),
    Cause.ERASED: _("The figures count it; nothing that names the person was kept. Nothing to do."),
    Cause.UNKNOWN_TYPE: _("SES has learnt something new. It is kept with the delivery, and changes nothing."),
    Cause.UNMATCHED: _("Notifications about mail of other programs from the same identity. Nothing to do."),
}

MACHINE_WORDS: dict[str, _StrPromise] = {
    APPLE_PROXY: _("Apple Mail fetched the images, whoever opened it or not"),
    IMAGE_PROXY: _("an image proxy of the mailbox provider"),
    SCANNER: _("a program that checks mail"),
    AT_ONCE: _("within seconds of the delivery, as only programs do"),
    MANY_LINKS: _("many links at once, as only programs do"),
}


def machine_words(sign: str) -> str:
    """Why an open or click is taken for a machine's; "" for a person's."""
    return str(MACHINE_WORDS.get(sign, sign))
