from __future__ import annotations

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.audience.models import Contact, ContactList, Tag
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.factories.audience import a_club, make_list, make_tag
from tests.factories.importing import imported
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

CONTACTS = reverse("admin:campaigns_contact_changelist")
ADD = reverse("admin:campaigns_contact_add")
NEW_CHANGE = reverse("admin:campaigns_bulkchange_new")


def text(response):
    return response.content.decode()


def shown(response):
    return [contact.address for contact in response.context["cl"].result_list]


def act(client, action, *people, query="", **fields):
    chosen = {ACTION_CHECKBOX_NAME: [person.pk for person in people]}
    return client.post(f"{CONTACTS}{query}", {"action": action, "index": 0, **chosen, **fields}, follow=True)


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_the_list_names_groups_and_who_is_suppressed(log_in):
    a_club()
    page = text(log_in(VIEWER).get(CONTACTS))
    for word in ("anna.berg@club.example", "Anna Berg", "Board, Members 2026", "choir", "suppressed"):
        assert word in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=anna+berg", {"anna.berg@club.example"}),
        ("?mail=no", {"kim.lund@club.example"}),
        ("?q=nobody", set()),
    ],
)
def test_the_filter_is_in_the_address(log_in, query, expected):
    a_club()
    assert set(shown(log_in(VIEWER).get(CONTACTS + query))) == expected


@pytest.mark.parametrize(
    "query", ["?list={board}", "?tag={choir}", "?list={board}&mail=yes", "?list=x", "?list={board}&q=a"]
)
def test_the_count_is_that_of_the_people_shown(log_in, query):
    a_club()
    ids = {"board": ContactList.objects.get(name="Board").pk, "choir": Tag.objects.get(name="choir").pk}
    page = log_in(VIEWER).get(CONTACTS + query.format(**ids)).context["cl"]
    assert page.result_count == len(page.result_list) > 0


@pytest.mark.parametrize("query", ["?list=x", "?list=99999", "?tag=-1", "?mail=perhaps", "?q=%00", "?p=9"])
def test_a_strange_address_breaks_nothing(log_in, query):
    a_club()
    assert log_in(VIEWER).get(CONTACTS + query, follow=True).status_code == 200


def test_each_person_stands_once_however_many_lists_they_are_on(log_in):
    a_club()
    assert len(shown(log_in(VIEWER).get(CONTACTS + "?list=x"))) == 5


def test_lists_and_tags_filter(log_in):
    a_club()
    client = log_in(VIEWER)
    board, choir = ContactList.objects.get(name="Board"), Tag.objects.get(name="choir")
    assert shown(client.get(f"{CONTACTS}?list={board.pk}")) == ["anna.berg@club.example"]
    assert len(shown(client.get(f"{CONTACTS}?tag={choir.pk}&mail=yes"))) == 1
    assert len(shown(client.get(f"{CONTACTS}?list={board.pk}&q=anna"))) == 1


@pytest.mark.parametrize(
    ("search", "said", "next_step"),
    [
        ("nobody", "begins like this", ""),
        ("@club.example", "not by their domain", ""),
        ("club.example", "not by their domain", ""),
        ("zoe@", "No address begins", ""),
        ("zoe@club.example", "Nobody has this address", f"{ADD}?address=zoe%40club.example"),
        ("zoe@gmial.com", "Perhaps the domain", "?q=zoe%40gmail.com"),
    ],
)
def test_a_search_that_finds_nobody_says_what_to_do(log_in, search, said, next_step):
    a_club()
    page = text(log_in(MARKETER).get(CONTACTS, {"q": search}))
    assert said in page
    assert next_step in page


def test_people_of_one_import_are_found_by_its_number(log_in):
    make_contact("here@host.example")
    made = imported(b"Email\nnew@host.example\nhere@host.example\n")
    client = log_in(VIEWER)
    page = client.get(f"{CONTACTS}?import={made.pk}")
    assert shown(page) == ["new@host.example"]
    assert "people.csv" in text(page)
    assert "people.csv" not in text(client.get(CONTACTS))
    assert shown(client.get(f"{CONTACTS}?import={made.pk + 1}")) == []


@pytest.mark.parametrize("name", ["list", "tag", "import"])
@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "%00", ""])
def test_an_address_that_names_no_group_shows_a_list(log_in, name, number):
    a_club()
    assert log_in(VIEWER).get(f"{CONTACTS}?{name}={number}", follow=True).status_code == 200


def test_the_list_asks_as_much_for_many_people_as_for_few(log_in):
    client = log_in(VIEWER)
    members = make_list("Members", make_contact("a@host.example"))
    few = queries_of(client)
    for number in range(20):
        make_contact(f"n{number}@host.example").lists.add(members)
    assert queries_of(client) == few


def queries_of(client):
    with CaptureQueriesContext(connection) as asked:
        client.get(CONTACTS)
    return len(asked)


def test_an_empty_list_leads_to_the_import(log_in):
    assert "Import contacts" in text(log_in(MARKETER).get(CONTACTS))


FIELDS = {"address": "Anna@Bücher.example", "first_name": "Anna", "last_name": "Berg", "time_zone": "Europe/Zurich"}


def test_a_contact_is_added_with_groups_and_attributes(log_in):
    members = make_list("Members")
    fields = {**FIELDS, "chosen_lists": [members.pk], "tag_names": "choir, board", "attribute_lines": "city: Oldtown"}
    log_in(MARKETER).post(ADD, fields)
    contact = Contact.objects.get()
    assert contact.address == "Anna@xn--bcher-kva.example"
    assert contact.address_key == "anna@xn--bcher-kva.example"
    assert contact.attributes == {"city": "Oldtown"}
    assert [str(each) for each in contact.lists.all()] == ["Members"]
    assert sorted(str(each) for each in contact.tags.all()) == ["board", "choir"]
    assert Activity.objects.get(verb="contact.added").actor_name == "a-marketer"


def test_a_contact_keeps_what_its_form_shows(log_in):
    kim = a_club()
    client = log_in(MARKETER)
    url = reverse("admin:campaigns_contact_change", args=[kim.pk])
    form = client.get(url).context["adminform"].form
    fields = {name: form[name].value() or "" for name in form.fields}
    client.post(url, {**fields, "first_name": "Kimberly"})
    after = Contact.objects.get(pk=kim.pk)
    assert after.first_name == "Kimberly"
    assert after.attributes == {"city": "Oldtown"}
    assert sorted(str(each) for each in after.tags.all()) == ["choir", "donor"]
    assert [str(each) for each in after.lists.all()] == ["Members 2026"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("not-an-address", "There is no @"),
        ("a@b.example, c@d.example", "more than one address"),
        ("anna@gmail.con", "Did you mean anna@gmail.com?"),
        ("taken@club.example", "already"),
        ("TAKEN@club.example", "already"),
    ],
)
def test_an_address_that_cannot_be_is_said_in_plain_words(log_in, address, said):
    make_contact("taken@club.example")
    page = text(log_in(MARKETER).post(ADD, {**FIELDS, "address": address}))
    assert said in page
    assert Contact.objects.count() == 1


def test_who_is_there_already_is_one_click_away(log_in):
    known = make_contact("taken@club.example", first_name="Kim")
    page = text(log_in(MARKETER).post(ADD, {**FIELDS, "address": "Taken@club.example"}))
    assert f'<a href="{reverse("admin:campaigns_contact_person", args=[known.pk])}">Kim &lt;taken@club' in page


def test_a_misspelt_domain_is_asked_about_once(log_in):
    client = log_in(MARKETER)
    question = client.post(ADD, {**FIELDS, "address": "anna@gmial.com"})
    assert "Did you mean anna@gmail.com?" in text(question)
    assert not Contact.objects.exists()
    kept = question.context["adminform"].form["kept_address"].value()
    client.post(ADD, {**FIELDS, "address": "anna@gmial.com", "kept_address": kept})
    assert Contact.objects.get().address == "anna@gmial.com"


def test_another_misspelt_domain_is_asked_about_again(log_in):
    fields = {**FIELDS, "address": "anna@gmial.com", "kept_address": "anna@hotmial.com"}
    assert "Did you mean" in text(log_in(MARKETER).post(ADD, fields))


def asked_about(response):
    """The fields of the page that an action leads to, to be sent back with the answer."""
    return response.context["asked"]


def answer(client, response, **fields):
    return client.post(NEW_CHANGE, {**asked_about(response), "apply": "yes", **fields}, follow=True)


def test_people_are_put_on_a_new_list(log_in):
    kim = a_club()
    client = log_in(MARKETER)
    question = act(client, "add_to_list", kim)
    assert "kim.lund@club.example" in text(question)
    done = answer(client, question, new_name="Choir trip")
    assert "Done for 1 person" in said(done)
    assert [str(person) for person in ContactList.objects.get(name="Choir trip").members.all()] == [str(kim)]


def test_a_group_must_be_named_once(log_in):
    kim = a_club()
    client = log_in(MARKETER)
    board = ContactList.objects.get(name="Board")
    question = act(client, "add_to_list", kim)
    assert "Choose a list" in text(answer(client, question))
    assert "Choose a list" in text(answer(client, question, group=board.pk, new_name="x"))


def test_all_people_of_a_filter_can_be_tagged_at_once(log_in):
    kim = a_club()
    members = ContactList.objects.get(name="Members 2026")
    client = log_in(MARKETER)
    question = act(client, "add_tag", kim, query=f"?list={members.pk}&p=1", select_across=1)
    assert question.context["preview"].people_count == 4
    done = answer(client, question, new_name="2026")
    assert Tag.objects.get(name="2026").contacts.count() == 4
    assert done.request["QUERY_STRING"] == f"list={members.pk}&p=1"


def test_people_are_deleted_after_a_question_and_come_back_by_one_button(log_in):
    kim = a_club()
    client = log_in(MARKETER)
    question = act(client, "delete_people", kim)
    assert "Delete them" in text(question)
    assert Contact.objects.filter(pk=kim.pk).exists()
    done = answer(client, question)
    assert not Contact.objects.filter(pk=kim.pk).exists()
    change = done.context["just_done"]
    assert Activity.objects.get(verb="contacts.bulk_delete").details == {"people": 1, "changed": 1}
    back = client.post(reverse("admin:campaigns_bulkchange_undo", args=[change.pk]), {"back": "?"}, follow=True)
    assert "as it was before" in said(back)
    assert Contact.objects.get(pk=kim.pk).tags.count() == 2


def test_one_person_is_deleted_on_their_page(log_in):
    kim = a_club()
    url = reverse("admin:campaigns_contact_delete", args=[kim.pk])
    client = log_in(MARKETER)
    assert client.get(url).status_code == 200
    client.post(url, {"post": "yes"})
    assert not Contact.objects.filter(pk=kim.pk).exists()


def test_an_export_of_those_chosen_is_on_record(log_in):
    kim = a_club()
    client = log_in(MARKETER)
    page = act(client, "export_csv", kim)
    fields = {"source": page.context["source"], "query": page.context["query"], "columns": "standard"}
    content = client.post(reverse("admin:campaigns_export_new"), fields).content.decode()
    assert "kim.lund@club.example" in content
    assert "anna.berg" not in content
    assert Activity.objects.get(verb="contacts.exported").actor_name == "a-marketer"


def test_a_viewer_does_not_export(log_in):
    kim = a_club()
    client = log_in(VIEWER)
    assert "Export" not in text(client.get(CONTACTS)).replace("Exports", "")
    assert act(client, "export_csv", kim).status_code == 200
    assert (
        client.post(reverse("admin:campaigns_export_new"), {"source": "contacts", "columns": "all"}).status_code == 403
    )
    assert not Activity.objects.filter(verb="contacts.exported").exists()


@pytest.mark.parametrize("role", [OWNER, OPERATOR, MARKETER, VIEWER])
def test_only_those_who_may_change_contacts_do(log_in, role):
    kim = a_club()
    client = log_in(role)
    may = role != VIEWER
    assert client.get(CONTACTS).status_code == 200
    assert client.get(ADD).status_code == (200 if may else 403)
    change = reverse("admin:campaigns_contact_change", args=[kim.pk])
    assert (b'name="_save"' in client.get(change).content) is may
    for deed, fields in (("add_tag", {"new_name": "by-role"}), ("delete", {})):
        client.post(NEW_CHANGE, {"deed": deed, "people": f"ids={kim.pk}", "apply": "yes", **fields})
    assert Tag.objects.filter(name="by-role").exists() is may
    assert Contact.objects.filter(pk=kim.pk).exists() is not may
    assert client.post(ADD, FIELDS).status_code == (302 if may else 403)


@pytest.mark.parametrize("model", ["contactlist", "tag"])
@pytest.mark.parametrize("role", [MARKETER, VIEWER])
def test_groups_show_their_people_and_obey_roles(log_in, role, model):
    a_club()
    client = log_in(role)
    page = text(client.get(reverse(f"admin:campaigns_{model}_changelist")))
    assert ("?list=" if model == "contactlist" else "?tag=") in page
    answer = client.post(reverse(f"admin:campaigns_{model}_add"), {"name": "New one"})
    assert answer.status_code == (302 if role == MARKETER else 403)


def test_an_unused_tag_is_deleted_and_the_people_stay(log_in):
    a_club()
    tag = make_tag("choir")
    log_in(MARKETER).post(reverse("admin:campaigns_tag_delete", args=[tag.pk]), {"post": "yes"})
    assert not Tag.objects.filter(name="choir").exists()
    assert Contact.objects.count() == 5
    assert Activity.objects.get(verb="tag.deleted").object_label == "choir"
