"""The addresses of the API: read, call one service, answer. The first argument must be named `request` (django-ninja)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from ninja import Query, Router

from campaigns.api import reading
from campaigns.api.access import ApiKeyAuth
from campaigns.api.messages import message_status, prepared_message
from campaigns.api.named import not_found
from campaigns.api.once import Answer, carry_out, once_of, response_of
from campaigns.api.ordering import order_campaign
from campaigns.api.people import upsert_contact
from campaigns.api.schemas import (
    AddressQuery,
    CampaignIn,
    ContactIn,
    ContactQuery,
    ListIn,
    MessageIn,
    PageQuery,
    ReleaseQuery,
    SuppressionIn,
)
from campaigns.api.status import campaign_status
from campaigns.api.suppressing import let_go, suppress_address
from campaigns.audience.services import get_or_create_list
from credentials.api_keys.scopes import Scope

if TYPE_CHECKING:
    from credentials.api_keys.models import ApiKey


customer = Router()  # also without a prefix, by the names that programs know
more = Router()


def all_routers() -> tuple[Router, ...]:
    """Ours, and those of what this app does not know."""
    return (customer, more, *map(import_string, settings.API_ROUTERS))


def _key(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja, from ApiKeyAuth
    return key


@customer.post("/smtp-campaign", auth=ApiKeyAuth(Scope.SEND_CAMPAIGNS), url_name="smtp_campaign", tags=["Campaigns"],
               summary="Start a campaign")  # fmt: skip
def smtp_campaign(request: HttpRequest, order: CampaignIn) -> HttpResponse:
    """Answers 202 with the address of its status, once the campaign is kept: it will leave whatever dies then."""
    return response_of(order_campaign(once_of(request, _key(request)), order))


@customer.get("/campaign-status/{int:campaign_id}", auth=ApiKeyAuth(Scope.READ_CAMPAIGNS), url_name="campaign_status",
              tags=["Campaigns"], summary="See how a campaign stands")  # fmt: skip
def get_campaign_status(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Counts by state, rate, finish, causes of trouble; and by which network it was asked and goes out."""
    return _found(campaign_status(campaign_id, environ=request.META))


@customer.get("/contacts", auth=ApiKeyAuth(Scope.READ_CONTACTS), url_name="contacts", tags=["Contacts"],
              summary="Read contacts")  # fmt: skip
def get_contacts(request: HttpRequest, asked: Query[ContactQuery]) -> HttpResponse:
    """In the order in which they were added; `next_cursor` leads to the next page, null on the last."""
    return JsonResponse(reading.contact_page(asked))


@customer.post("/contacts", auth=ApiKeyAuth(Scope.WRITE_CONTACTS), url_name="contacts", tags=["Contacts"],
               summary="Add or change a contact")  # fmt: skip
def post_contact(request: HttpRequest, order: ContactIn) -> HttpResponse:
    """By address: 201 for a new person, 200 for one who was there. What is left out stays as it is."""
    key = _key(request)

    def deed() -> Answer:
        contact, is_new = upsert_contact(order, actor=key.created_by)
        return Answer(201 if is_new else 200, reading.contact_dict(contact))

    return carry_out(once_of(request, key), deed)


@customer.post("/messages", auth=ApiKeyAuth(Scope.SEND_MESSAGES), url_name="messages", tags=["Messages"],
           summary="Send a single message")  # fmt: skip
def post_message(request: HttpRequest, order: MessageIn) -> HttpResponse:
    """A receipt, a link to log in. An unsubscribe does not stop it; a bounce, a complaint and an operator do."""
    key = _key(request)
    once = once_of(request, key)
    return carry_out(once, prepared_message(order, key))


@customer.get("/messages/{uuid:message_id}", auth=ApiKeyAuth(Scope.READ_MESSAGES), url_name="message_status",
          tags=["Messages"], summary="See what became of a message")  # fmt: skip
def get_message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """The state of each recipient, and since when."""
    return _found(message_status(message_id))


@more.get("/lists", auth=ApiKeyAuth(Scope.READ_CONTACTS), url_name="lists", tags=["Contacts"], summary="Read lists")
def get_lists(request: HttpRequest, asked: Query[PageQuery]) -> HttpResponse:
    """In the order in which they were made."""
    return JsonResponse(reading.list_page(asked))


@more.post("/lists", auth=ApiKeyAuth(Scope.WRITE_CONTACTS), url_name="lists", tags=["Contacts"],
           summary="Make a list")  # fmt: skip
def post_list(request: HttpRequest, order: ListIn) -> HttpResponse:
    """The list of this name, made where there is none."""

    def deed() -> Answer:
        made = get_or_create_list(order.name)
        if order.description and not made.description:
            made.description = order.description
            made.save(update_fields=["description"])
        return Answer(200, reading.list_dict(made))

    return carry_out(once_of(request, _key(request)), deed)


@customer.get("/suppressions", auth=ApiKeyAuth(Scope.READ_SUPPRESSIONS), url_name="suppressions", tags=["Suppressions"],
          summary="Ask whether an address is suppressed")  # fmt: skip
def get_suppression(request: HttpRequest, asked: Query[AddressQuery]) -> HttpResponse:
    """Whether mail goes there, why not, and which lists the person left."""
    return JsonResponse(reading.suppression_dict(asked.email))


@customer.post("/suppressions", auth=ApiKeyAuth(Scope.WRITE_SUPPRESSIONS), url_name="suppressions", tags=["Suppressions"],
           summary="Suppress an address")  # fmt: skip
def post_suppression(request: HttpRequest, order: SuppressionIn) -> HttpResponse:
    """No campaign goes there any more. The first reason stays where there is one already."""
    key = _key(request)
    return carry_out(once_of(request, key), lambda: suppress_address(order, actor=key.created_by))


@customer.delete("/suppressions", auth=ApiKeyAuth(Scope.WRITE_SUPPRESSIONS), url_name="suppressions",
             tags=["Suppressions"], summary="Let mail go to an address again")  # fmt: skip
def delete_suppression(request: HttpRequest, asked: Query[ReleaseQuery]) -> HttpResponse:
    """Needs a reason, which is kept. Harmless where the address is not suppressed."""
    key = _key(request)
    return carry_out(once_of(request, key), lambda: let_go(asked.email, why=asked.why, actor=key.created_by))


def _found(body: dict[str, Any] | None) -> HttpResponse:
    if body is None:
        raise not_found()
    return JsonResponse(body)
