"""What messages share, and versions of it, as the pages show them."""

from __future__ import annotations

from campaigns.messages.drafts import save_layout, save_snippet, save_template
from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.messages.revisions import latest_revision
from campaigns.sending.drafts import Audience, save_draft
from campaigns.sending.models import Campaign
from tests.factories.sending import make_account

BEFORE = """# Spring meeting

Dear {{ first_name }},

your seat for the **spring meeting** is kept until Friday.

* Doors open at **19:00**
* Bring a friend

[Say yes](https://club.example/yes "button")

{% render "opening-hours" %}

Best wishes
The team
"""
AFTER = BEFORE.replace("until Friday", "until Saturday").replace(
    "* Bring a friend\n", "* Bring two friends\n* Parking: yard\n"
)


def layouts() -> HouseLayout:
    """Three, of which one is chosen by a template; gives back that one."""
    save_layout(
        HouseLayout(name="Club", organisation="The Club", postal_address="1 Mill Lane", footer="You are a member."),
        actor=None,
    )
    save_layout(HouseLayout(name="Sponsors", organisation="Friends of the Club", accent_color="#0b7285"), actor=None)
    choir = HouseLayout(name="Choir", organisation="The Choir", accent_color="#9c36b5", page_color="#f8f0fc")
    save_layout(choir, actor=None)
    Template.objects.create(name="Concert", subject="Concert", house_layout=choir)
    return choir


def snippets() -> Snippet:
    """Two, of which one is used by a template and by the other; gives back that one."""
    hours = Snippet(
        name="opening-hours",
        description="Shown below letters",
        body="The office is open **Monday to Friday, 9:00 to 17:00**.",
    )
    save_snippet(hours, actor=None)
    save_snippet(
        Snippet(name="sign-off", kind="html", body="<p>Best wishes</p>\n{% render 'opening-hours' %}"), actor=None
    )
    Template.objects.get_or_create(name="Spring letter", defaults={"subject": "Spring", "body": BEFORE})
    return hours


def a_template_with_versions() -> Template:
    """Saved four times, with a campaign that began with the second."""
    snippets()
    template = Template.objects.get(name="Spring letter")
    save_template(template, actor=None)
    template.body = AFTER
    save_template(template, actor=None)
    draft = Campaign(
        name="Spring 2026", account=make_account(), body=AFTER, template_revision=latest_revision(template)
    )
    save_draft(draft, Audience(), actor=None)
    template.subject, template.preheader = "Your seat, {{ first_name }}", "Kept until Saturday"
    save_template(template, actor=None)
    template.kind, template.body = "html", "<p>" + "Long words ".replace(" ", "-") * 30 + "</p>"
    save_template(template, actor=None)
    return template


def an_mjml_template() -> Template:
    """With a fault in it."""
    body = """<mjml>
  <mj-body background-color="#f2f4f7">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-txt>Dear {{ first_name }}</mj-txt>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
    return save_template(Template(name="Designed", subject="Hello", kind="mjml", body=body), actor=None)
