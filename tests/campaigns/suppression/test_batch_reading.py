from __future__ import annotations

import pytest

from campaigns.importing.problems import FileProblem
from campaigns.suppression.batch_reading import NoAddressColumnError, read_pasted, read_table


def found(batch) -> list[tuple[str, str]]:
    return [(line.key, line.reason) for line in batch.lines]


def refused(batch) -> list[tuple[int, str, str]]:
    return [(bad.number, bad.text, bad.code) for bad in batch.bad]


def test_pasted_addresses_stand_on_lines_or_beside_each_other():
    batch = read_pasted("Anna@Club.example\n\n ben@club.example; cleo@club.example,dora@club.example\r\n")
    assert [line.address for line in batch.lines] == [
        "Anna@club.example", "ben@club.example", "cleo@club.example", "dora@club.example",
    ]  # fmt: skip
    assert [line.number for line in batch.lines] == [1, 3, 3, 3]


def test_names_around_pasted_addresses_are_passed_over():
    batch = read_pasted('Anna Berg <anna@club.example>, "Berg, Ben" <ben@club.example>')
    assert [key for key, _reason in found(batch)] == ["anna@club.example", "ben@club.example"]
    assert not batch.bad


def test_pasted_lines_that_are_no_addresses_are_named():
    batch = read_pasted("anna@club.example\nnonsense\nben@\n")
    assert refused(batch) == [(2, "nonsense", "no_at"), (3, "ben@", "bad_domain")]


def test_each_address_counts_once():
    batch = read_pasted("anna@club.example\nANNA@club.example\nanna@CLUB.example")
    assert (len(batch.lines), batch.repeated_count, batch.line_count) == (1, 2, 3)


def test_plain_column_without_a_header():
    assert found(read_table(b"anna@club.example\nben@club.example\n")) == [
        ("anna@club.example", ""), ("ben@club.example", ""),
    ]  # fmt: skip


def test_export_of_ses_is_understood():
    batch = read_table(
        b"EmailAddress,Reason,LastUpdateTime\nanna@club.example,BOUNCE,2026-01-01\nben@club.example,COMPLAINT,2026-01-01\n"
    )
    assert found(batch) == [("anna@club.example", "bounce"), ("ben@club.example", "complaint")]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("Hard bounce", "bounce"), ("opt-out", "unsubscribe"), ("SPAM", "complaint"), ("cleaned", "bounce"),
     ("Abgemeldet", "unsubscribe"), ("blocked", "manual"), ("", "")],
)  # fmt: skip
def test_reasons_of_other_systems(word, reason):
    batch = read_table(f"E-Mail;Grund\nanna@club.example;{word}\nben@club.example;bounce\n".encode())
    assert found(batch)[0] == ("anna@club.example", reason)


def test_unknown_reason_is_a_problem_of_its_line():
    batch = read_table(b"email,reason\nanna@club.example,because\nben@club.example,spam\n")
    assert refused(batch) == [(2, "because", "unknown_reason")]
    assert len(batch.lines) == 1


def test_reasons_beside_addresses_are_found_without_a_header():
    assert found(read_table(b"bounce,anna@club.example\nspam,ben@club.example\n")) == [
        ("anna@club.example", "bounce"), ("ben@club.example", "complaint"),
    ]  # fmt: skip


def test_wide_table_in_another_encoding_is_read():
    batch = read_table(
        "Name;E-Mail-Adresse;Grund\nJörg;jörg@club.example;\nÄnne;aenne@club.example;spam\n".encode("cp1252")
    )
    assert found(batch) == [("aenne@club.example", "complaint")]
    assert [(number, code) for number, _text, code in refused(batch)] == [(2, "bad_local_part")]


def test_guarded_address_of_our_own_export_is_read():
    assert found(read_table(b"address,reason\n'-anna@club.example,bounce\nben@club.example,\n"))[0][0] == (
        "-anna@club.example"
    )


def test_rows_that_cannot_be_read_are_named_and_the_rest_is_taken():
    batch = read_table(b"email,reason\nanna@club.example,bounce,more\nben@club.example,spam\n")
    assert [(number, code) for number, _text, code in refused(batch)] == [(2, "unreadable")]
    assert len(batch.lines) == 1


def test_table_without_addresses_is_refused():
    with pytest.raises(NoAddressColumnError):
        read_table(b"name,town\nAnna,Ulm\nBen,Bonn\n")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"%PDF-1.7 and so on"])
def test_what_is_no_table_is_refused(content):
    with pytest.raises(FileProblem):
        read_table(content)
