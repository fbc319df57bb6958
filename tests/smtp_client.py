"""A mail program against a provisioned SMTP user: `python -m tests.smtp_client`.

smtplib, which is nothing of ours, logs in to the sandbox's endpoint, sends as allowed, is refused as others, when the user is
disabled, and during a change uses both passwords. Prints each deed and the figure.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TESTS = str(Path(__file__).parent / "sandbox" / "ses_smtp")


class Report:
    """Says each deed as it ends."""

    def __init__(self) -> None:
        self.outcomes: list[bool] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            sys.stdout.write("\r")
            self.outcomes.append(report.passed)
            name = report.nodeid.rpartition("::test_")[2].replace("_", " ")
            sys.stdout.write(f"{'ok    ' if report.passed else 'FAILED'} {name}\n")
            sys.stdout.write(f"{report.longreprtext}\n" if report.failed else "")


def main() -> int:
    report = Report()
    code = pytest.main([TESTS, "-qq", "--no-header", "--no-summary", "-p", "no:randomly"], [report])
    sys.stdout.write(
        f"{sum(report.outcomes)} of {len(report.outcomes)} deeds of a mail program came out as SES's would\n"
    )
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
