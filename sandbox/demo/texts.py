"""What the demo's association writes: its campaigns with their past, and its templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SENDER_NAME = "Riverside Community"
SENDER_ADDRESS = "news@postroom.example"

GREETING = 'Dear {{ first_name | default: "friend" }},\n\n'
CLOSING = "\n\nWarm regards  \nThe Riverside team"


@dataclass(frozen=True, slots=True)
class Letter:
    """One campaign of the demo. `ago` is how long before now it was sent; None for one that was not."""

    name: str
    subject: str
    body: str
    lists: tuple[str, ...]
    ago: timedelta | None = None
    excluded_lists: tuple[str, ...] = ()
    uncertain_count: int = 0  # answers lost on the way
    unanswered_share: float = 0.0  # accepted, but nothing heard since
    stops_after: float = 1.0  # share of the people after which it was paused


SENT_LETTERS = (
    Letter(
        "November newsletter",
        "What happens in November",
        GREETING + "the leaves are down and the hall is warm again. **Three dates** for your calendar:\n\n"
        "- 14 November: repair café, from ten\n- 21 November: choir evening\n- 29 November: lantern walk\n\n"
        "[All dates](https://postroom.example/dates)" + CLOSING,
        ("Newsletter",),
        timedelta(days=12, hours=3),
    ),
    Letter(
        "Members' meeting: agenda",
        "Agenda for our meeting on 20 November",
        GREETING + "the members' meeting takes place on 20 November at seven in the large hall.\n\n"
        "{% if membership == 'youth' %}As a youth member you may speak and propose.{% else %}"
        "Your vote counts: please bring your card.{% endif %}" + CLOSING,
        ("Members",),
        timedelta(days=10, hours=6),
    ),
    Letter(
        "Winter market: who helps?",
        "We need hands for the winter market",
        GREETING + "forty people make the winter market. Will you be one of them?\n\n"
        "[Choose a shift](https://postroom.example/market)" + CLOSING,
        ("Volunteers",),
        timedelta(days=8, hours=1),
    ),
    Letter(
        "Thank you to our donors",
        "Thank you, {{ first_name | default: 'dear friend' }}",
        GREETING + "with your help the roof is dry again. The report with all figures is on our pages.\n\n"
        "[Read the report](https://postroom.example/roof)" + CLOSING,
        ("Donors",),
        timedelta(days=6, hours=4),
    ),
    Letter(
        "Advent concert: tickets",
        "Tickets for the advent concert",
        GREETING + "the choir sings on the second Sunday of Advent. Tickets are on sale from today"
        "{% if city %}, also in {{ city }}{% endif %}.\n\n[Get tickets](https://postroom.example/concert)" + CLOSING,
        ("Newsletter",),
        timedelta(days=3, hours=2),
        uncertain_count=3,
    ),
    Letter(
        "Membership cards",
        "Your new card, number {{ member_number }}",
        GREETING + "your card number **{{ member_number }}** is ready. Collect it at the office from Monday." + CLOSING,
        ("Members",),
        timedelta(hours=20),
        unanswered_share=0.02,
    ),
)

PAUSED_LETTER = Letter(
    "Lantern walk: new route",
    "The lantern walk takes another way",
    GREETING + "because of the works on the bridge the lantern walk starts at the **old mill** at five." + CLOSING,
    ("Newsletter",),
    timedelta(minutes=35),
    excluded_lists=("Donors",),
    stops_after=0.4,
)
PAUSE_REASON = "The time in the second line is wrong."

SCHEDULED_LETTER = Letter(
    "December newsletter",
    "What happens in December",
    GREETING + "here is what December brings: the concert, the market, and a quiet week at the end." + CLOSING,
    ("Newsletter",),
)

DRAFT_LETTER = Letter(
    "Welcome to Riverside",
    "Welcome, {{ first_name | default: 'neighbour' }}!",
    GREETING + "good to have you with us. Here is how to find us, and whom to ask." + CLOSING,
    ("Newcomers",),
)

TEMPLATES = (
    ("Newsletter", "What happens in {{ month }}", GREETING + "## This month\n\n- first\n- second" + CLOSING),
    ("Invitation", "You are invited", GREETING + "we would love to see you on **date** at **place**." + CLOSING),
    ("Thank you", "Thank you", GREETING + "thank you for your help." + CLOSING),
)
SNIPPETS = (("opening-hours", "Below letters", "The office is open **Monday to Friday, 9:00 to 17:00**."),)
DESIGNED = """<mjml>
  <mj-body background-color="{{ layout_page_color }}">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="24px">Summer party</mj-text>
        <mj-text>Dear {{ first_name | default: "neighbour" }}, come and dance with us.</mj-text>
        <mj-button background-color="{{ layout_accent_color }}" href="https://riverside.example/party">I will come</mj-button>
        <mj-text>{% render "opening-hours" %}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section>
      <mj-column>
        <mj-text font-size="12px">{{ layout_address }}<br><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
