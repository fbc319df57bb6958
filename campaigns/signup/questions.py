"""What a sign-up form may ask for: the names, and the fields of contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.field_values import FieldType
from campaigns.audience.fields import ContactField

if TYPE_CHECKING:
    from campaigns.signup.models import SignupForm

NAME_FIELDS = ("first_name", "last_name")


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form; `name` as in Contact or its attributes."""

    name: str
    label: str
    field_type: FieldType = FieldType.TEXT
    options: tuple[str, ...] = ()
    help_text: str = ""
    is_required: bool = False

    @property
    def input_name(self) -> str:
        """The field's name in HTML; attributes are kept apart from what every form has."""
        return self.name if self.name in NAME_FIELDS else f"field_{self.name}"


def all_questions() -> list[Question]:
    """Everything that can be asked for, in order, in the language of now."""
    labels = {"first_name": _("First name"), "last_name": _("Last name")}
    names = [Question(name, labels[name]) for name in NAME_FIELDS]
    return [*names, *(_of_field(field) for field in ContactField.objects.all())]


def questions_of(form: SignupForm) -> list[Question]:
    """What this form asks for; fields that are gone are left out."""
    known = {question.name: question for question in all_questions()}
    return [_required(known[name], is_required=is_required) for name, is_required in form.asked_fields if name in known]


def _required(question: Question, *, is_required: bool) -> Question:
    return Question(
        question.name, question.label, question.field_type, question.options, question.help_text, is_required
    )


def _of_field(field: ContactField) -> Question:
    return Question(field.name, field.label, field.kind, tuple(field.options), field.help_text)
