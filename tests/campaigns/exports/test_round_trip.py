from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact, ContactTag, ListMembership, Tag
from campaigns.importing.models import ImportChange
from campaigns.importing.tag_cells import join_tags, split_tags
from tests.factories.audience import make_list, make_suppression, make_tag
from tests.factories.exports import rows_in, small_export
from tests.factories.importing import imported
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

AWKWARD = [
    "=1+1", "+41", "-1", "@SUM(A1)", "\t=1", "'", "'=1", "''=2", "'Berg", '"', '""', 'a "q", b', "a;b", "a|b", "a\\b", "\\",
    "line\nbreak", "line\r\nbreak", "\rold mac", "end\n", " blank before", "blank behind ", "日本", "Ångström", "😀", "-",
    "\u2028", "\u00a0", "ß", "=HYPERLINK(\"x\")", "null", "0", "1e5", "sep=;", "\ufeffx", "\uff1d1", "%s", "{{ x }}", "\x85",
]  # fmt: skip
TEXT = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20),
    st.lists(st.sampled_from([*AWKWARD, "a", "b"]), min_size=1, max_size=4).map("".join),
)
NAME = TEXT.map(lambda text: " ".join(text.split())[:60])
PERSON = st.fixed_dictionaries({
    "first_name": NAME,
    "last_name": NAME,
    "attributes": st.dictionaries(st.sampled_from(["city", "nick", "line", "lists", "q1"]), TEXT, max_size=4),
})  # fmt: skip
GROUPS = st.lists(NAME.filter(bool), max_size=3, unique=True)


def people_now():
    """Everybody with groups, ids and times: what an import must not move."""
    return {
        "people": list(Contact.objects.order_by("pk").values()),
        "tags": list(ContactTag.objects.order_by("pk").values()),
        "names": list(Tag.objects.order_by("pk").values()),
        "lists": list(ListMembership.objects.order_by("pk").values()),
    }


@pytest.mark.parametrize("columns", ["standard", "all"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=1, max_size=3), tags=GROUPS, lists=GROUPS)
def test_importing_an_export_changes_nothing(columns, people, tags, lists):
    Contact.objects.all().delete()
    Tag.objects.all().delete()
    ContactField.objects.all().delete()  # an earlier example's guess of a type
    for number, person in enumerate(people):
        made = make_contact(f"p{number}@host.example", **person)
        for name in tags:
            make_tag(name, made)
        for name in lists:
            make_list(name, made)
    before = people_now()
    done = imported(small_export(columns=columns), on_existing="update")
    assert (done.created_count, done.changed_count, done.reject_count) == (0, 0, 0)
    assert people_now() == before
    assert not ImportChange.objects.exists()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=1, max_size=3), tags=GROUPS)
def test_an_export_brings_deleted_people_back_as_they_were(people, tags):
    Contact.objects.all().delete()
    ContactField.objects.all().delete()  # an earlier example's guess of a type
    for number, person in enumerate(people):
        make_tag("all", make_contact(f"p{number}@host.example", **person))
        for name in tags:
            make_tag(name + ".", Contact.objects.get(address_key=f"p{number}@host.example"))
    before, content = described(), small_export()
    Contact.objects.all().delete()
    imported(content)
    assert described() == before


def described():
    return [
        (person.address, person.first_name, person.last_name, person.attributes, sorted(map(str, person.tags.all())))
        for person in Contact.objects.order_by("address_key")
    ]


@given(names=st.lists(st.text(st.characters(blacklist_characters="\n\r"), min_size=1).map(str.strip).filter(bool)))
def test_names_in_one_cell_come_back_as_they_were(names):
    assert split_tags(join_tags(names)) == names


def test_cells_that_a_spreadsheet_would_run_are_guarded():
    make_contact("+b@host.example", first_name="=1+1", attributes={"x": "@SUM(A1)", "y": "\t=2", "z": "-3"})
    [header, row] = rows_in(small_export())
    assert not [cell for cell in [*header, *row] if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_all_columns_say_lists_and_whether_somebody_gets_mail():
    make_list("Members; old", make_contact("a@host.example"))
    make_suppression("a@host.example", reason="bounce")
    [header, row] = rows_in(small_export(columns="all"))
    told = dict(zip(header, row, strict=True))
    assert (told["on lists"], told["gets mail"], told["why not"]) == ("Members\\; old", "no", "bounce")
