"""The worker's side of form messages: a mail of each, and what became of it.

The visitor's address is only ever Reply-To and part of the words; the mail comes from the form's own address and goes
to its fixed recipient. A mail is tried again after 2, 4 and 8 seconds; then there is an alert, and the message stays
in Failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.forms.models import FormMessage
from campaigns.forms.outcomes import note_failure
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.orders import AskedBy, MessageOrder, MessageSender, Words
from campaigns.transactional.services import queue_message
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from campaigns.forms.models import ContactForm

AT_ONCE = 200
State = FormMessage.State


def mail_waiting() -> int:
    """Make a mail of each message that has none; returns how many. Harmless twice: each mail is asked for once.

    Raises the first error that nobody expected, once all others have their mail.
    """
    waiting = FormMessage.objects.filter(state=State.RECEIVED).order_by("pk").select_related("form__account")
    made, after, errors = 0, 0, []
    while batch := list(waiting.filter(pk__gt=after)[:AT_ONCE]):
        for message in batch:
            try:
                _make_mail(message)
            except Exception as error:  # noqa: BLE001  # one that cannot be made must not keep the others waiting
                errors.append(error)
        made, after = made + len(batch), batch[-1].pk
    if errors:
        raise errors[0]
    return made


def _make_mail(message: FormMessage) -> None:
    try:
        queued = queue_message(order_of(message))
    except InvalidInput as error:
        note_failure(message, str(error))
        return
    FormMessage.objects.filter(pk=message.pk, state=State.RECEIVED).update(state=State.LEAVING, mail=queued.campaign)


def order_of(message: FormMessage) -> MessageOrder:
    """The mail that the form's recipient gets."""
    form = message.form
    values = {
        "subject_line": f"{form.subject_prefix} {message.subject}".strip(),
        "message": message.text,
        "visitor": message.address,
        "website": message.origin or _("our own page"),
        "form": form.name,
    }
    return MessageOrder(
        to=[form.recipient],
        wording=_words(form),
        sender=MessageSender(form.from_address, form.from_name, reply_to=message.address, account=form.account),
        asked_by=AskedBy(TransactionalMessage.Origin.FORM, name=form.name),
        values=values,
        once_key=f"form:{message.public_id.hex}:{message.round}",
        is_hurried=True,
    )


def _words(form: ContactForm) -> Words:
    """The same for all messages in one language, so that it is compiled once."""
    with translation.override(form.language):
        says = _("%(visitor)s wrote through the form “%(form)s” (%(website)s):") % {
            "visitor": "{{ visitor }}", "form": "{{ form }}", "website": "{{ website }}",
        }  # fmt: skip
        answer = _("Answer this mail to write to them.")
    return Words(
        subject="{{ subject_line }}",
        body=f"{says}\n\n{{{{ message | newline_to_br }}}}\n\n---\n\n{answer}",
        text_body=f"{says}\n\n{{{{ message }}}}\n\n-- \n{answer}\n",
    )
