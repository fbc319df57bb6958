from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.messages.drafts import save_layout, save_snippet
from campaigns.messages.models import HouseLayout, Snippet, Template
from portal.roles import MARKETER, OPERATOR, VIEWER

pytestmark = pytest.mark.django_db

COLOURS = {"accent_color": "#112233", "page_color": "#ffffff", "text_color": "#000000"}


def layout_words(**fields: str) -> dict[str, str]:
    return {"name": "Club", "organisation": "The Club", **COLOURS, **fields}


def snippet_words(**fields: str) -> dict[str, str]:
    return {"name": "opening-hours", "kind": "markdown", "body": "Monday to Friday", **fields}


def url(model: str, page: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_{model}_{page}", args=arguments)


def make_layout(name: str = "Club") -> HouseLayout:
    return save_layout(HouseLayout(name=name, organisation=name), actor=None)


def make_snippet(body: str = "Monday") -> Snippet:
    return save_snippet(Snippet(name="opening-hours", body=body), actor=None)


def test_an_operator_writes_a_second_layout_and_makes_it_the_default(log_in):
    first = make_layout()
    client = log_in(OPERATOR)
    client.post(url("houselayout", "add"), layout_words(name="Choir", is_default="on"))
    choir = HouseLayout.objects.get(name="Choir")
    first.refresh_from_db()
    assert (choir.is_default, first.is_default) == (True, False)
    listed = client.get(url("houselayout", "changelist")).content.decode()
    assert "Choir" in listed
    assert "Club" in listed


def test_a_wrong_colour_is_told(log_in):
    said = log_in(OPERATOR).post(url("houselayout", "add"), layout_words(text_color="#12345g")).content.decode()
    assert "A colour like #3b5bdb." in said
    assert not HouseLayout.objects.exists()


def test_a_layout_in_use_says_who_keeps_it(log_in):
    make_layout()
    choir = make_layout("Choir")
    Template.objects.create(name="Letter", house_layout=choir)
    client = log_in(OPERATOR)
    page = client.get(url("houselayout", "change", choir.pk)).content.decode()
    assert "Letter" in page
    assert "delete-layout" not in page.split("<main")[-1].split("<dialog")[0]
    answer = client.post(url("houselayout", "delete", choir.pk), follow=True).content.decode()
    assert "is in use by “Letter”" in answer
    Template.objects.all().delete()
    client.post(url("houselayout", "delete", choir.pk))
    assert not HouseLayout.objects.filter(name="Choir").exists()


def test_the_layout_in_the_form_is_previewed_unsaved(log_in):
    answer = log_in(OPERATOR).post(url("houselayout", "preview"), layout_words(organisation="Not saved yet"))
    assert "Not saved yet" in answer.content.decode()
    assert "#112233" in answer.content.decode()
    assert answer["Content-Security-Policy"].startswith("sandbox")


def test_a_marketer_writes_snippets_and_a_viewer_looks(log_in):
    snippet = make_snippet()
    page = url("snippet", "change", snippet.pk)
    viewer = log_in(VIEWER)
    assert viewer.get(page).status_code == 200
    assert viewer.post(page, snippet_words()).status_code == 403
    log_in(MARKETER).post(page, snippet_words(body="Every day\n"))
    snippet.refresh_from_db()
    assert snippet.body == "Every day\n"


def test_a_broken_snippet_is_refused_with_its_line_and_stays_in_the_form(log_in):
    said = log_in(MARKETER).post(url("snippet", "add"), snippet_words(body="one\n{% if x %}")).content.decode()
    assert "Snippet “opening-hours”, line 2" in said
    assert "{% if x %}" in said
    assert not Snippet.objects.exists()


@pytest.mark.parametrize("name", ["Opening hours", "a'b", "-a", "a--b", "ä", "a\n"])
def test_a_name_that_does_not_fit_into_quotes_is_refused(log_in, name):
    log_in(MARKETER).post(url("snippet", "add"), snippet_words(name=name))
    assert not Snippet.objects.exclude(name="a").exists()


def test_the_page_of_a_snippet_says_where_it_is_used(log_in):
    snippet = make_snippet()
    template = Template.objects.create(name="Letter", body='{% render "opening-hours" %}')
    client = log_in(MARKETER)
    page = client.get(url("snippet", "change", snippet.pk)).content.decode()
    assert url("template", "change", template.pk) in page
    answer = client.post(url("snippet", "delete", snippet.pk), follow=True).content.decode()
    assert "is in use by “Letter”" in answer
    answer = client.post(url("snippet", "change", snippet.pk), snippet_words(name="hours")).content.decode()
    assert "its name must stay" in answer


def test_the_snippet_in_the_form_is_previewed_with_those_that_it_uses(log_in):
    make_snippet("Monday **only**")
    client = log_in(MARKETER)
    words = snippet_words(name="outer", kind="html", body='<p>Open: {% render "opening-hours" %}</p>')
    assert "<strong>only</strong>" in client.post(url("snippet", "preview"), words).content.decode()
    broken = snippet_words(body="one\n{{ x | nothing }}")
    assert "line 2" in client.post(url("snippet", "preview"), broken).content.decode()
