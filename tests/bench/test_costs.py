from __future__ import annotations

import re

import pytest

from bench.costs import INSTALLATIONS, markdown, rows, standing_usd, use_usd
from bench.costs_prices import PRICES, Item, Price
from bench.costs_usage import FIGURES, RATES_PER_S, month_of, read_table, schedule, sending
from tests.contracts.source import ROOT, python_files


def test_what_is_free_is_not_billed_and_what_is_beyond_is():
    price = Price(0.40, "https://aws.amazon.com/sqs/pricing/", per=1_000_000, free=1_000_000)
    assert price.of(999_999) == 0
    assert price.of(3_500_000) == pytest.approx(1.0)


def test_every_item_has_one_price_from_a_list_of_amazon():
    assert set(PRICES) == set(Item)
    assert [item for item, price in PRICES.items() if not price.source.startswith("https://aws.amazon.com/")] == []


def test_every_figure_says_where_it_is_from():
    known = ("measured: ", "set: the code", "assumed")
    assert [name for name, each in FIGURES.items() if not each.source.startswith(known)] == []


def test_ten_million_mails_cost_mostly_what_ses_asks():
    used = use_usd(10_000_000, read_table())
    assert used[Item.MAIL_OUT] == pytest.approx(1_000)
    assert sum(used.values()) < 1.1 * used[Item.MAIL_OUT]


def test_lanes_that_wait_for_a_slow_rate_are_billed():
    slow, quick = (sending(100_000, rate, read_table())[Item.FUNCTION_GB_S] for rate in (14, 140))
    assert slow == pytest.approx(10 * quick)


def test_without_mail_the_schedule_runs_on():
    table = read_table()
    minutely = sum(
        tick["every_s"] == 60 for function in table["functions"].values() for tick in function["schedules"].values()
    )
    assert schedule(table)[Item.FUNCTION_RUN] > minutely * 60 * 24 * 30
    assert month_of(0, 14, table)["mails"] == {Item.MAIL_OUT: 0}


def test_what_is_committed_costs_more_than_the_cheapest():
    elsewhere, cheapest, test, prod = (standing_usd(each, 1_000, read_table()) for each in INSTALLATIONS)
    assert elsewhere < cheapest < test / 2 < test < prod


def test_the_cheapest_is_what_the_files_of_terraform_switch():
    shared = ROOT / "infra" / "environments" / "shared"
    switched = {
        name: dict(
            re.findall(
                r'^\s+(\w+)\s+= "?(\w+|\[\])', (shared / f"{name}_override.tf.example").read_text(), re.MULTILINE
            )
        )
        for name in ("cheapest", "database_elsewhere")
    }
    usual = {"alarms": "false", "interface_endpoints": "[]", "waf": "false"}
    cheapest = usual | {"nat": "machine", "kind": "instance"}
    elsewhere = usual | {"nat": "none", "kind": "none", "functions_in_network": "false"}
    assert cheapest.items() <= switched["cheapest"].items()
    assert elsewhere.items() <= switched["database_elsewhere"].items()


def test_the_table_sets_each_volume_beside_what_the_customer_pays():
    table = read_table()
    assert len(markdown(table).splitlines()) == len(rows(table)) + 2
    assert rows(table)[-1] == ("the customer today, for 1,000 mails", [12.0] * len(RATES_PER_S))


def test_metrics_that_are_paid_for_are_counted_as_the_code_names_them():
    folders = ("portal", "campaigns", "routing", "credentials", "workers")
    texts = [path.read_text() for path in python_files() if path.relative_to(ROOT).parts[0] in folders]
    named = {name for text in texts for name in re.findall(r'metrics\.(?:count|timed)\("([a-z_.]+)"', text)}
    assert len(named) == FIGURES["own_metrics"].value


def test_the_document_shows_the_bill_of_today():
    assert markdown(read_table()) in (ROOT / "docs" / "costs.md").read_text(), (
        "put the table of `python -m bench.costs` into it"
    )
