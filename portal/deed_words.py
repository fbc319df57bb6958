"""The deeds of the activity log in words of the reader's language; the log itself keeps `campaign.started`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

_SUBJECTS = {
    "account": gettext_lazy("account"),
    "alert": gettext_lazy("alert"),
    "alert_recipient": gettext_lazy("alert recipient"),
    "approval_rule": gettext_lazy("approval rule"),
    "campaign": gettext_lazy("campaign"),
    "contact": gettext_lazy("contact"),
    "contacts": gettext_lazy("contacts"),
    "drop_folder": gettext_lazy("drop folder"),
    "export": gettext_lazy("export"),
    "field": gettext_lazy("field"),
    "fields": gettext_lazy("fields"),
    "guest_list": gettext_lazy("guest list"),
    "image": gettext_lazy("image"),
    "import": gettext_lazy("import"),
    "installation": gettext_lazy("installation"),
    "layout": gettext_lazy("layout"),
    "list": gettext_lazy("list"),
    "person": gettext_lazy("person"),
    "segment": gettext_lazy("segment"),
    "sign_in": gettext_lazy("sign-in"),
    "signup_form": gettext_lazy("sign-up form"),
    "snippet": gettext_lazy("snippet"),
    "split": gettext_lazy("A/B test"),
    "suppression": gettext_lazy("suppression"),
    "tag": gettext_lazy("tag"),
    "template": gettext_lazy("template"),
}
_DEEDS = {
    "added": pgettext_lazy("deed", "added"),
    "added_to_list": pgettext_lazy("deed", "added to list"),
    "approval_asked": pgettext_lazy("deed", "approval asked for"),
    "approval_void": pgettext_lazy("deed", "approval void"),
    "approval_withdrawn": pgettext_lazy("deed", "approval taken back"),
    "approved": pgettext_lazy("deed", "approved"),
    "batch_added": pgettext_lazy("deed", "several added"),
    "batch_undone": pgettext_lazy("deed", "several undone"),
    "bulk_failed": pgettext_lazy("deed", "bulk change failed"),
    "bulk_started": pgettext_lazy("deed", "bulk change started"),
    "bulk_stopped": pgettext_lazy("deed", "bulk change stopped"),
    "bulk_undone": pgettext_lazy("deed", "bulk change undone"),
    "campaign_not_started": pgettext_lazy("deed", "campaign not started"),
    "cancelled": pgettext_lazy("deed", "cancelled"),
    "changed": pgettext_lazy("deed", "changed"),
    "completed": pgettext_lazy("deed", "completed"),
    "confirmed": pgettext_lazy("deed", "confirmed"),
    "consent_recorded": pgettext_lazy("deed", "consent recorded"),
    "copied": pgettext_lazy("deed", "copied"),
    "created": pgettext_lazy("deed", "created"),
    "decided": pgettext_lazy("deed", "winner chosen"),
    "declined": pgettext_lazy("deed", "declined"),
    "deleted": pgettext_lazy("deed", "deleted"),
    "described": pgettext_lazy("deed", "described"),
    "downloaded": pgettext_lazy("deed", "downloaded"),
    "dropped": pgettext_lazy("deed", "dropped"),
    "duplicates_sought": pgettext_lazy("deed", "duplicates sought"),
    "edit_undone": pgettext_lazy("deed", "edit undone"),
    "exported": pgettext_lazy("deed", "exported"),
    "failed": pgettext_lazy("deed", "failed"),
    "fix_accepted": pgettext_lazy("deed", "fix accepted"),
    "followed_up": pgettext_lazy("deed", "prepared to be sent again"),
    "found": pgettext_lazy("deed", "found"),
    "held": pgettext_lazy("deed", "held"),
    "let_go_on": pgettext_lazy("deed", "let go on"),
    "limits_changed": pgettext_lazy("deed", "limits changed"),
    "merged": pgettext_lazy("deed", "merged"),
    "paused": pgettext_lazy("deed", "paused"),
    "planned": pgettext_lazy("deed", "planned"),
    "put_back": pgettext_lazy("deed", "put back on the list in SES"),
    "quieted": pgettext_lazy("deed", "quieted"),
    "released": pgettext_lazy("deed", "released"),
    "removed_from_list": pgettext_lazy("deed", "removed from list"),
    "reopened": pgettext_lazy("deed", "reopened"),
    "rescheduled": pgettext_lazy("deed", "put to another time"),
    "restored": pgettext_lazy("deed", "restored"),
    "resumed": pgettext_lazy("deed", "resumed"),
    "schedule_held": pgettext_lazy("deed", "late, asks first"),
    "scheduled": pgettext_lazy("deed", "scheduled"),
    "sent_all_the_same": pgettext_lazy("deed", "sent all the same"),
    "sent_at_once": pgettext_lazy("deed", "sent at once"),
    "settled": pgettext_lazy("deed", "settled"),
    "signed_up": pgettext_lazy("deed", "signed up"),
    "started": pgettext_lazy("deed", "started"),
    "stopped": pgettext_lazy("deed", "stopped"),
    "tagged": pgettext_lazy("deed", "tagged"),
    "taken_back": pgettext_lazy("deed", "taken back"),
    "tested": pgettext_lazy("deed", "tested"),
    "uncertain_left": pgettext_lazy("deed", "uncertain left"),
    "uncertain_sent_again": pgettext_lazy("deed", "uncertain sent again"),
    "uncertain_taken_as_sent": pgettext_lazy("deed", "uncertain taken as sent"),
    "undo_started": pgettext_lazy("deed", "undo started"),
    "undone": pgettext_lazy("deed", "undone"),
    "unlocked": pgettext_lazy("deed", "unlocked"),
    "untagged": pgettext_lazy("deed", "untagged"),
    "uploaded": pgettext_lazy("deed", "uploaded"),
    "wave_left_out": pgettext_lazy("deed", "late wave left out"),
    "wave_moved": pgettext_lazy("deed", "late wave moved"),
    "wave_sent": pgettext_lazy("deed", "late wave sent"),
    "written": pgettext_lazy("deed", "written"),
}


def deed_word(verb: str) -> str:
    """What was done, without the subject: "started"."""
    deed = verb.partition(".")[2]
    return str(_DEEDS[deed]) if deed in _DEEDS else deed.replace("_", " ").replace("-", " ")


def deed_words(verb: str) -> str:
    """Subject and deed: "campaign: started"."""
    subject, dot, _deed = verb.partition(".")
    shown = str(_SUBJECTS[subject]) if subject in _SUBJECTS else subject.replace("_", " ").replace("-", " ")
    return f"{shown}: {deed_word(verb)}" if dot else shown
