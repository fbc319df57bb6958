"""Labels by name: found in the mailbox or made there, and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.errors import Refused
from portal.google import gmail
from routing.gmail.models import GmailMailbox

IN_SIGHT = ("INBOX", "UNREAD")  # ids of Gmail's own; without them a mail is found by search only


def label_ids(mailbox: GmailMailbox, token: str, names: Iterable[str], *, in_sight: Sequence[str]) -> list[str]:
    """Ids for the names, after those that put a mail in sight. Raises OutsideError.

    Without leave to label, the mail goes in without labels of ours: it matters more.
    """
    wanted = {name.strip().casefold(): name.strip() for name in names if name.strip()}
    if not wanted or gmail.LABELS not in mailbox.grant.scopes:
        return list(in_sight)
    if not wanted.keys() <= mailbox.label_ids.keys():
        mailbox.label_ids = _complete(token, wanted)
        GmailMailbox.objects.filter(pk=mailbox.pk).update(label_ids=mailbox.label_ids)
    return [*in_sight, *(mailbox.label_ids[key] for key in sorted(wanted))]


def forget_labels(mailbox: GmailMailbox) -> None:
    """Somebody deleted one in Gmail: all are looked up again."""
    mailbox.label_ids = {}
    GmailMailbox.objects.filter(pk=mailbox.pk).update(label_ids={})


def _complete(token: str, wanted: dict[str, str]) -> dict[str, str]:
    known = _listed(token)
    for key, name in wanted.items():
        if key in known:
            continue
        try:
            known[key] = gmail.create_label(token, name)
        except Refused:  # another worker made it meanwhile
            known = {**known, **_listed(token)}
            if key not in known:
                raise
    return known


def _listed(token: str) -> dict[str, str]:
    return {name.casefold(): label_id for name, label_id in gmail.list_labels(token).items()}
