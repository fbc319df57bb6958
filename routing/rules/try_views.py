"""“Where would this go?”: an address, a mail as a file, and the examples that are kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.pages import actor_of, page, render_page
from routing.inbound.headers import addresses_in, read_headers, values_of
from routing.rules.answer import answer_of
from routing.rules.decide import Facts
from routing.rules.definition import Status, VerdictName
from routing.rules.facts import FactsJson, facts_json, facts_of_raw, read_facts
from routing.rules.load import load_rules
from routing.rules.models import SavedExample
from routing.rules.overlay import decide_with
from routing.rules.reading import read_action
from routing.rules.surroundings import account_names
from routing.rules.trying import accept_example, broken_examples, delete_example, save_example
from routing.rules.views import home_crumb
from routing.rules.words import STATUS_WORDS, VERDICT_WORDS, describe_actions

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

MAX_MAIL_BYTES = 40 * 1024 * 1024
MAX_RECIPIENTS = 20
_SALT = "routing.try"  # what was tried travels with the page, so that it can be kept as an example
_HOME = "admin:routing_routingrule_try"


@page("routing.view_routingrule")
@require_http_methods(["GET", "POST"])
def where(request: HttpRequest) -> HttpResponseBase:
    """Where a mail would go and why; a POST brings a mail as a file, and keeps nothing of it."""
    given = request.POST if request.method == "POST" else request.GET
    address = given.get("address", "").replace("\0", "").strip()[:320]
    verdicts = _verdicts(given)
    facts = Facts(sender=given.get("sender", "").replace("\0", "").strip()[:320], verdicts=verdicts)
    recipients, problem = ([address] if address else []), ""
    file = request.FILES.get("mail")
    if file is not None:
        recipients, facts, problem = _read_mail(file, facts, address)
    elif request.method == "POST":
        problem = _("Choose a mail: a file that ends in .eml.")
    answers = [_answered(recipient, facts) for recipient in recipients]
    context: dict[str, Any] = {
        "address": address,
        "sender": facts.sender,
        "problem": problem,
        "answers": answers,
        "verdicts": [(name.value, VERDICT_WORDS[name], verdicts.get(name, Status.PASS).value) for name in VerdictName],
        "statuses": [(status.value, STATUS_WORDS[status]) for status in Status],
        "examples": _examples(),
    }
    lead = _("Asks the same function that routes the mail. Nothing is sent and nothing is kept.")
    return render_page(
        request, "routing/rules/try.html", context, status=422 if problem else 200,
        title=_("Where would this go?"), lead=lead, crumbs=[home_crumb()],
    )  # fmt: skip


def _verdicts(given: Any) -> dict[VerdictName, Status]:
    """As chosen on the page; a check that is not named passed."""
    found = {name: given.get(name.value, "") for name in VerdictName}
    return {name: Status(word) if word in set(Status) else Status.PASS for name, word in found.items()}


def _read_mail(file: UploadedFile, facts: Facts, address: str) -> tuple[list[str], Facts, str]:
    if (file.size or 0) > MAX_MAIL_BYTES:
        return [], facts, _("The mail is larger than SES takes in (40 MB).")
    raw = file.read()
    read = facts_of_raw(raw, sender=facts.sender, verdicts=facts.verdicts)
    headers = read_headers(raw)
    named = [found for name in ("to", "cc") for value in values_of(headers, name) for found in addresses_in(value)]
    recipients = [address] if address else list(dict.fromkeys(named))[:MAX_RECIPIENTS]
    if not recipients:
        return [], read, _("The mail names no recipient in To or Cc: write the address above.")
    return recipients, read, ""


def _answered(recipient: str, facts: Facts) -> dict[str, Any]:
    decision = decide_with(load_rules([recipient]), recipient, facts)
    kept = signing.dumps({"recipient": recipient, "facts": facts_json(facts)}, salt=_SALT, compress=True)
    return {"answer": answer_of(decision, account_names()), "kept": kept}


@page("routing.add_savedexample")
@require_POST
def keep_example(request: HttpRequest) -> HttpResponseBase:
    """Keep what was tried: from now on a change that sends it elsewhere asks first."""
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=86_400)
    except signing.BadSignature:
        messages.error(request, _("That was too long ago: try the address again, then keep it."))
        return redirect(_HOME)
    facts = read_facts(cast("FactsJson", kept["facts"]))
    name = request.POST.get("name", "").replace("\0", "")
    example = save_example(name, str(kept["recipient"]), facts, actor=actor_of(request))
    messages.success(request, _("“%s” is kept: changes that send it elsewhere ask first.") % example.name)
    return redirect(f"{reverse(_HOME)}#examples")


@page("routing.change_savedexample")
@require_POST
def change_example(request: HttpRequest, example_id: int) -> HttpResponseBase:
    """Take where it goes now for right, or forget it."""
    example = get_object_or_404(SavedExample, pk=example_id)
    if request.POST.get("deed") == "delete":
        delete_example(example, actor=actor_of(request))
        messages.success(request, _("“%s” is forgotten.") % example.name)
    elif request.POST.get("deed") == "accept":
        accept_example(example, actor=actor_of(request))
        messages.success(request, _("“%s” shall go where it goes now.") % example.name)
    return redirect(f"{reverse(_HOME)}#examples")


def _examples() -> list[dict[str, Any]]:
    broken, names = broken_examples(), account_names()
    return [
        {
            "example": example,
            "goes": describe_actions([read_action(action) for action in example.expected], names),
            "is_broken": example.pk in broken,
        }
        for example in SavedExample.objects.all()[:200]
    ]
