"""The published algorithm, by the vectors that other tools test with."""

from __future__ import annotations

import pytest

from credentials.smtp_users.password import smtp_password

VECTORS = [
    ("eu-central-1", "some+secret+key", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
    ("eu-central-1", "another+secret+key", "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh"),
    ("us-west-1", "some+secret+key", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"),
    ("us-west-1", "another+secret+key", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"),
]


@pytest.mark.parametrize(("region", "secret", "password"), VECTORS)
def test_passwords_are_those_that_ses_takes(region, secret, password):
    assert smtp_password(secret, region) == password


@pytest.mark.parametrize(("region", "secret"), [("", "some+secret+key"), ("us-west-1", "")])
def test_nothing_is_derived_from_nothing(region, secret):
    with pytest.raises(ValueError, match="needs a secret access key and a region"):
        smtp_password(secret, region)
