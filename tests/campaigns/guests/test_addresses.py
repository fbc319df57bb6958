from __future__ import annotations

import pytest

from campaigns.guests.addresses import MAX_GUESTS, read_addresses
from portal.errors import InvalidInput


@pytest.mark.parametrize(
    "text",
    [
        "anna@club.example, bert@club.example",
        "anna@club.example;bert@club.example",
        "anna@club.example bert@club.example",
        "anna@club.example\r\nbert@club.example\n",
        "Anna Berg <anna@club.example>, Bert <bert@club.example>",
        " anna@club.example ,,; anna@CLUB.example, bert@club.example,",
    ],
)
def test_addresses_are_read_however_they_are_separated_and_each_once(text):
    assert read_addresses(text) == ["anna@club.example", "bert@club.example"]


def test_nothing_typed_is_nobody():
    assert read_addresses(" ,\n ") == []


def test_everything_that_is_no_address_is_named():
    with pytest.raises(InvalidInput, match=r"“anna”.*“bert@”"):
        read_addresses("anna, ok@club.example, bert@")


def test_a_test_goes_to_few():
    addresses = [f"p{number}@club.example" for number in range(MAX_GUESTS + 1)]
    assert len(read_addresses(",".join(addresses[:-1]))) == MAX_GUESTS
    with pytest.raises(InvalidInput, match="at most 20"):
        read_addresses(",".join(addresses))
