"""Rules as files: what is written is read back the same, and what cannot be used is said by its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from routing.rules.rule_files import read_json, write_json
from routing.rules.rule_tables import COLUMNS, read_csv, write_csv

ACCOUNTS = {7: "office@gmail.example"}
IDS = {"office@gmail.example": 7}
LAST: Any = {
    "pattern": "",
    "name": "",
    "notes": "",
    "is_on": True,
    "choices": [{"conditions": [], "actions": [{"kind": "hold"}]}],
}

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
actions = st.one_of(
    st.sampled_from([{"kind": "store"}, {"kind": "drop"}]),
    st.builds(
        lambda labels, spared: {"kind": "gmail", "account_id": 7, "labels": labels, "never_spam": spared},
        st.lists(texts.filter(bool), max_size=3),
        st.booleans(),
    ),
    st.builds(
        lambda code, text: {"kind": "bounce", "code": code, "text": " ".join(text.split())},
        st.sampled_from(["no_mailbox", "later"]),
        texts,
    ),
    st.sampled_from(
        [{"kind": "forward", "address": "desk@agency.example"}, {"kind": "webhook", "url": "https://x.example"}]
    ),
)
conditions = st.one_of(
    st.just({"kind": "verdict", "verdict": "spam", "statuses": ["FAIL", "GRAY"]}),
    st.just({"kind": "sender", "test": "is_none_of", "patterns": ["*@example.org", ""]}),
    st.builds(lambda size: {"kind": "size", "test": "over", "size_bytes": size}, st.integers(0, 10**9)),
    st.builds(
        lambda value: {"kind": "header", "name": "list-id", "test": "contains", "value": value},
        texts.filter(bool),
    ),
)
choices = st.lists(
    st.builds(
        lambda found, action: {"conditions": found, "actions": [action]}, st.lists(conditions, max_size=2), actions
    ),
    min_size=1,
    max_size=3,
)
rules = st.lists(
    st.builds(
        lambda name, pattern, chosen, notes, is_on: {
            "pattern": pattern, "name": name, "notes": notes, "is_on": is_on, "choices": chosen,
        },
        texts, st.sampled_from(["a@example.com", "+b@example.com", "*@example.com", "*", "x+y@example.com"]),
        choices, texts, st.booleans(),
    ),
    max_size=4, unique_by=lambda rule: rule["pattern"],
)  # fmt: skip


@given(rules)
def test_json_that_was_written_reads_back_the_same(found):
    read = read_json(write_json(found, LAST, ACCOUNTS).decode(), IDS)
    assert read.problems == []
    assert sorted(read.rules.values(), key=lambda rule: rule["pattern"]) == sorted(
        [*found, LAST], key=lambda rule: rule["pattern"]
    )


@given(rules)
def test_csv_that_was_written_reads_back_the_same(found):
    read = read_csv(write_csv(found, LAST, ACCOUNTS).decode("utf-8-sig"), IDS)
    assert read.problems == []
    assert {rule["pattern"]: rule for key, rule in read.rules.items() if key} == {
        rule["pattern"]: rule for rule in found
    }
    assert read.rules[""]["choices"] == LAST["choices"]


def test_a_spreadsheet_cannot_be_tricked_by_an_export():
    rule: Any = {**LAST, "pattern": "+cmd@example.com", "name": "=HYPERLINK(1)", "notes": "@SUM(1)"}
    text = write_csv([rule], LAST, {}).decode("utf-8-sig")
    cells = [cell.strip('"') for line in text.splitlines()[1:] for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_the_simplest_table_is_enough():
    found = read_csv("Pattern;Action;To\ninfo@example.com;gmail;Office@gmail.example\n*@example.com;drop;\n", IDS)
    assert found.problems == []
    assert found.rules["info@example.com"]["choices"][0]["actions"] == [
        {"kind": "gmail", "account_id": 7, "labels": [], "never_spam": False}
    ]
    assert set(found.rules) == {"info@example.com", "*@example.com"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,what\na@example.com,drop\n", "“pattern” and “action”"),
        ("pattern,action,to\na@example.com,gmail,gone@gmail.example\n", "no Gmail account gone@gmail.example"),
        ("pattern,action\nnowhere,drop\n", "no @"),
        ("pattern,action\na@example.com,explode\n", "explode"),
        ("pattern,action,choice\na@example.com,drop,first\n", "must be a number from 1"),
        ("pattern,action,on\na@example.com,drop,maybe\n", "neither yes nor no"),
        ("pattern,action,conditions\na@example.com,drop,{\n", "must be JSON"),
        ("pattern,action\nInfo@müller.example,drop\ninfo@xn--mller-kva.example,store\n", "is the same as"),
        ("pattern,action\nA@example.com,drop\na@example.com,store\n", "is the same as"),
    ],
)
def test_what_a_table_has_wrong_is_said(text, said):
    problems = read_csv(text, IDS).problems
    assert len(problems) == 1
    assert said in problems[0].text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('"\\ud800"', "no JSON"),
        ("[]", "not a file of routing rules"),
        ('{"format": "postroom-routing-rules", "version": 2}', "version 2"),
        ('{"format": "postroom-routing-rules", "version": 1, "rules": {}}', "list"),
        ('{"format": "postroom-routing-rules", "version": 1, "rules": [3]}', "no pattern"),
        ('{"format": "postroom-routing-rules", "version": 1, "rules": [{"pattern": "a@example.com"}]}', "list"),
        ('{"format": "postroom-routing-rules", "version": 1, "rules": [{"pattern": "*", "choices": [7]}]}', "object"),
    ],
)
def test_what_a_json_file_has_wrong_is_said(text, said):
    problems = read_json(text, IDS).problems
    assert len(problems) == 1
    assert said in problems[0].text


@given(st.text(max_size=300), st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30)))
def test_nothing_that_is_uploaded_breaks_the_readers(text, cells):
    read_csv(text, IDS)
    read_csv(",".join(COLUMNS) + "\n" + ",".join(cells.get(column, "") for column in COLUMNS), IDS)
    read_json(text, IDS)
    read_json(
        json.dumps({"format": "postroom-routing-rules", "version": 1, "rules": [cells, {**cells, "choices": text}]}),
        IDS,
    )
