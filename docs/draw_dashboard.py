"""What the dashboard on CloudWatch looks like, drawn from its Terraform: `python docs/draw_dashboard.py`.

Titles, places and the number of lines are those of infra/modules/monitoring/dashboard.tf; the curves are invented, since no
dashboard has been seen on AWS yet.
"""  # noqa: INP001  # a script, no package

from __future__ import annotations

import random
import re
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "infra" / "modules" / "monitoring" / "dashboard.tf"
TARGET = ROOT / "docs" / "pictures" / "dashboard.svg"
WIDTH, HEIGHT, GAP, COLUMNS = 520, 150, 12, 2
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c")
POINTS = 40


def titles() -> list[str]:
    """Of the charts, in their order."""
    return re.findall(r'\{ title = "([^"]+)"', SOURCE.read_text())


def drawing() -> str:
    """The whole of it as SVG."""
    charts = titles()
    rows = -(-len(charts) // COLUMNS)
    wide, high = COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" role="img">',
        "<title>The dashboard, its curves invented</title>",
        f'<rect width="{wide}" height="{high}" fill="#f2f3f3"/>',
        *(chart(title, place) for place, title in enumerate(charts)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def chart(title: str, place: int) -> str:
    """One card with a line for each thing that its title names."""
    left, top = GAP + place % COLUMNS * (WIDTH + GAP), GAP + place // COLUMNS * (HEIGHT + GAP)
    chance = random.Random(title)  # noqa: S311  # the same drawing each time
    lines = [curve(chance, left, top, colour) for colour in COLOURS[: 1 + title.count(",")]]
    return "\n".join(
        [
            f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff" stroke="#d5dbdb"/>',
            f'<text x="{left + 14}" y="{top + 24}" font-size="14" fill="#16191f">{escape(title)}</text>',
            *lines,
        ]
    )


def curve(chance: random.Random, left: int, top: int, colour: str) -> str:
    """A line that wanders from left to right."""
    level = chance.uniform(60, HEIGHT - 30)
    points = []
    for step in range(POINTS):
        level = min(HEIGHT - 14.0, max(44.0, level + chance.uniform(-9, 9)))
        points.append(f"{left + 14 + step * (WIDTH - 28) / (POINTS - 1):.0f},{top + level:.0f}")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


if __name__ == "__main__":
    TARGET.write_text(drawing())
    sys.stdout.write(f"{TARGET}\n")
