from __future__ import annotations

import pytest

from campaigns.importing.columns import (
    attribute_name,
    guess_columns,
    header_key,
    is_attribute_name,
    problem_with_targets,
)


def targets(header, *rows, remembered=None):
    return [column["target"] for column in guess_columns(header, rows, remembered=remembered)]


@pytest.mark.parametrize(
    "header",
    [
        ["E-mail", "First name", "Last name"],
        ["E-Mail-Adresse", "Vorname", "Nachname"],
        ["Courriel", "Prénom", "Nom"],
        ["Correo electrónico", "Nombre", "Apellidos"],
        ["Sähköposti", "Etunimi", "Sukunimi"],
        ["メールアドレス", "名", "姓"],
        ["Электронная почта", "Имя", "Фамилия"],
        ["E-post", "Förnamn", "Efternamn"],
        ["email", "Vorname", "Name"],
    ],
)
def test_headers_are_understood_in_many_languages(header):
    assert targets(header, ["a@b.example", "Anna", "Berg"]) == ["address", "first_name", "last_name"]


def test_a_column_of_addresses_is_found_whatever_it_is_called():
    found = targets(["Kontakt", "Ort"], ["a@b.example", "Bonn"], ["c@d.example", "Ulm"])
    assert found == ["address", "attribute:ort"]


def test_a_column_called_mail_without_addresses_gives_way_to_one_with():
    found = targets(["Mail", "Login"], ["yes", "a@b.example"], ["no", "c@d.example"])
    assert found == ["attribute:mail", "address"]


def test_only_the_first_of_two_address_columns_is_the_address():
    found = targets(["Email", "E-mail"], ["a@b.example", "c@d.example"])
    assert found == ["address", "attribute:e_mail"]


def test_what_is_left_becomes_attributes_and_empty_columns_are_left_out():
    found = targets(["Email", "T-Shirt Größe", "Column 3", "2024"], ["a@b.example", "L", "", "x"])
    assert found == ["address", "attribute:t_shirt_grosse", "ignore", "attribute:c_2024"]


def test_time_zones_are_found_by_content():
    assert targets(["Email", "Region"], ["a@b.example", "Europe/Berlin"]) == ["address", "time_zone"]


def test_a_single_name_column_is_a_full_name():
    assert targets(["Email", "Name", "Tags"], ["a@b.example", "Anna Berg", "x"]) == ["address", "full_name", "tags"]


def test_what_a_person_chose_last_time_wins():
    remembered = {"email": "ignore", "login": "address"}
    assert targets(["Email", "Login"], ["a@b.example", "c@d.example"], remembered=remembered) == ["ignore", "address"]


def test_a_rejects_file_is_known_by_the_headers_of_its_original():
    assert header_key(["Email", "Name"]) == header_key(["line", "problem", "name", "email"])
    assert header_key(["Email", "Name"]) != header_key(["Email", "Names"])
    found = targets(["line", "problem", "Email"], ["3", "no", "a@b.example"])
    assert found == ["ignore", "ignore", "address"]


def test_findings_come_with_each_column():
    column = guess_columns(["Email"], [["a@b.example"], ["nobody"], [""], ["c@d.example"]])[0]
    assert column["filled_share"] == 0.75
    assert column["address_share"] == 0.667
    assert column["distinct_count"] == 3
    assert column["examples"] == ["a@b.example", "nobody", "c@d.example"]


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        (["address", "ignore"], None),
        (["first_name"], "no_address"),
        (["address", "address"], "twice:address"),
        (["address", "attribute:x", "attribute:x"], "twice:attribute:x"),
        (["address", "attribute:Not Good"], "name:Not Good"),
        (["address", "attribute:first_name"], "name:first_name"),
        (["address", "nonsense"], "name:nonsense"),
        (["address", "tags", "tags"], None),
    ],
)
def test_a_choice_of_targets_is_checked(chosen, problem):
    assert problem_with_targets(chosen) == problem


@pytest.mark.parametrize("header", ["Beitritt", "2024", "日本", "Email", "x" * 99, "a--b", "ü"])
def test_every_header_makes_a_usable_attribute_name(header):
    assert is_attribute_name(attribute_name(header, number=3))
