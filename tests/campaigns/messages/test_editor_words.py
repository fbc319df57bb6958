"""What the editor completes is what the sandbox of messages knows, and nothing else."""

from __future__ import annotations

import re

import pytest
from liquid.builtin.tags.if_tag import IfTag

from campaigns.messages.editor_words import FILTER_WORDS, TAG_SHAPES, offered_words
from campaigns.messages.filters import FILTERS
from campaigns.messages.liquid import PLAIN
from campaigns.messages.models import Snippet
from tests.factories.sending import make_contact


def test_every_filter_is_explained_and_no_other():
    assert set(FILTER_WORDS) == set(FILTERS)


@pytest.mark.parametrize("name", TAG_SHAPES)
def test_what_a_tag_begins_with_is_allowed(name):
    shape = re.sub(r"\$\{(\w*)\}", lambda place: place[1] or "text", TAG_SHAPES[name][0])
    assert PLAIN.parse("{% " + shape, place="body").nodes
    assert IfTag.name in TAG_SHAPES


@pytest.mark.django_db
def test_fields_of_real_contacts_and_snippets_are_offered():
    make_contact("nora@club.example", attributes={"seat": "4"})
    Snippet.objects.create(name="opening-hours", description="When we are there", body="9 to 5")
    words = offered_words()
    assert {"first_name", "seat"} <= {word["name"] for word in words["fields"]}
    (snippet,) = [word for word in words["tags"] if "opening-hours" in word["name"]]
    assert snippet["about"] == "When we are there"
    assert snippet["shape"] == 'render "opening-hours" %}'
