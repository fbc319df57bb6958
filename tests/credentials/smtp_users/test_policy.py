"""Allowed senders: read as IAM does, refused where IAM would, compiled to a policy within its characters."""

from __future__ import annotations

import json

import pytest

from credentials.smtp_users.policy import (
    INLINE_CHARS,
    MANAGED_CHARS,
    MOST_USERNAME_CHARS,
    InvalidPattern,
    InvalidUsername,
    PolicyTooLong,
    compile_policy,
    iam_user_name,
    is_wide,
    read_pattern,
    require_username,
)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        (" john@company.com ", "john@company.com"),
        ("*@Marketing.Company.com", "*@marketing.company.com"),
        ("John.Doe+news@company.com", "John.Doe+news@company.com"),
        ("sales-??@*.company.com", "sales-??@*.company.com"),
        ("info@münchen.example", "info@xn--mnchen-3ya.example"),
        ("*@*", "*@*"),
    ],
)
def test_a_pattern_keeps_its_local_part_and_lowers_its_domain(typed: str, pattern: str) -> None:
    assert read_pattern(typed) == pattern


@pytest.mark.parametrize(
    ("typed", "code", "place"),
    [
        ("", "empty", 0),
        ("john doe@company.com", "space", 4),
        ("${aws:username}@company.com", "variable", 0),
        ("company.com", "no_at", 11),
        ("john@doe@company.com", "several_at", 8),
        ("@company.com", "no_local_part", 0),
        ("jöhn@company.com", "bad_local_character", 1),
        ('"john"@company.com', "bad_local_character", 0),
        ("jo..hn@company.com", "bad_dots", 3),
        ("john@", "no_domain", 5),
        ("john@-company", "bad_domain", 5),
        ("john@*.münchen.example", "bad_domain_character", 8),
        ("john@*..com", "bad_dots", 7),
        (f"{'a' * 65}@company.com", "local_part_too_long", 64),
        (f"a@{'b' * 260}.com", "too_long", 254),
    ],
)
def test_a_pattern_that_means_nothing_is_refused_with_its_place(typed: str, code: str, place: int) -> None:
    with pytest.raises(InvalidPattern) as refused:
        read_pattern(typed)
    assert (refused.value.code, refused.value.place) == (code, place)


def test_the_policy_allows_sending_from_the_list_and_nothing_else() -> None:
    compiled = compile_policy(["john@company.com", "*@marketing.company.com", "john@company.com"])
    assert json.loads(compiled.document) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AllowedSenders",
                "Effect": "Allow",
                "Action": ["ses:SendEmail", "ses:SendRawEmail"],
                "Resource": "*",
                "Condition": {"StringLike": {"ses:FromAddress": ["john@company.com", "*@marketing.company.com"]}},
            }
        ],
    }
    assert compiled.chars == len(compiled.document)
    assert json.loads(compiled.pretty) == json.loads(compiled.document)


def test_an_empty_list_forbids_and_never_allows() -> None:
    (statement,) = json.loads(compile_policy([]).document)["Statement"]
    assert statement["Effect"] == "Deny"
    assert "Condition" not in statement


def test_a_policy_grows_from_inline_to_managed_to_refused() -> None:
    def senders(count: int) -> list[str]:
        return [f"name-of-{number:03}@marketing.company.com" for number in range(count)]

    sizes = [compile_policy(senders(count)) for count in range(165)]
    assert all(policy.is_managed == (policy.chars > INLINE_CHARS) for policy in sizes)
    assert {policy.is_managed for policy in sizes} == {False, True}
    assert sizes[51].limit == INLINE_CHARS
    assert sizes[164].limit == MANAGED_CHARS
    with pytest.raises(PolicyTooLong) as refused:
        compile_policy(senders(200))
    assert refused.value.over == refused.value.chars - MANAGED_CHARS > 0


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("*@*", True), ("*@com", True), ("*@*.com", True), ("*@*company.com", True), ("*@*.company.com", False),
        ("*@company.com", False),
    ],
)  # fmt: skip
def test_a_pattern_that_reaches_domains_of_others_is_known(pattern: str, wide: bool) -> None:
    assert is_wide(pattern) is wide


def test_the_longest_name_just_fits_into_iams_64_characters() -> None:
    assert len(iam_user_name("x" * MOST_USERNAME_CHARS, made_at_s=1_795_398_000)) == 64
    assert iam_user_name("printer", made_at_s=1_795_398_000) == "ses-smtp-user-printer-1795398000"


@pytest.mark.parametrize(
    ("name", "code", "place"),
    [(" ", "empty", 0), ("x" * 40, "too_long", 39), ("john doe", "bad_character", 4), ("jürgen", "bad_character", 1)],
)
def test_a_name_that_iam_refuses_is_refused_with_its_place(name: str, code: str, place: int) -> None:
    with pytest.raises(InvalidUsername) as refused:
        require_username(name)
    assert (refused.value.code, refused.value.place) == (code, place)
