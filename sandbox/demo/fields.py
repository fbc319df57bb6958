"""What the demo's portal knows of people beyond their names, and two segments that ask for it."""

from __future__ import annotations

from campaigns.audience.fields import ContactField
from campaigns.audience.models import ContactList
from campaigns.segments.definition import Condition, Group, as_stored
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from sandbox.demo.people import MEMBERSHIPS


def write_fields() -> None:
    """Name the attributes of the demo's people."""
    ContactField.objects.create(name="city", label="City", place=1)
    ContactField.objects.create(
        name="membership",
        label="Membership",
        field_type=ContactField.Type.CHOICE,
        options=list(dict.fromkeys(MEMBERSHIPS)),
        place=2,
    )
    ContactField.objects.create(
        name="member_number", label="Member number", field_type=ContactField.Type.NUMBER, place=3
    )


def write_segments() -> None:
    """Write one segment about who people are, and one about what they got."""
    in_riverside = Condition("attr:city", Kind.TEXT, Op.IS, ("Riverside",))
    families = Condition("attr:membership", Kind.CHOICE, Op.ANY_OF, ("family", "youth"))
    newsletter = Condition("list", Kind.LIST, Op.ANY_OF, (str(ContactList.objects.get(name="Newsletter").pk),))
    unwritten = Condition("campaign", Kind.CAMPAIGN, Op.NOT_GOT, days=10)
    may_get_mail = Condition("mail", Kind.MAIL, Op.YES)
    for name, description, rules in (
        ("Families in Riverside", "For the lantern walk", (in_riverside, families)),
        ("Not written to lately", "Want our news and got nothing for ten days", (newsletter, unwritten, may_get_mail)),
    ):
        Segment.objects.create(name=name, description=description, definition=as_stored(Group("all", rules)))
