"""Tables and plots of results."""

from typing import Any
from xml.etree import ElementTree

import pytest
from tests.evaluation.suites import image_suite

from napari_fathom.evaluation.plot import plot
from napari_fathom.evaluation.summary import Spread, summarise, typical
from napari_fathom.evaluation.table import report


def rows(name: str, values: list[float], budget: float = 5.0) -> list[dict[str, Any]]:
    same = {"data": "digits", "name": name, "way": "plain", "budget": budget, "status": "done", "error": ""}
    return [
        {**same, "seed": seed, "f1_macro": value, "seconds": 2.0, "cpu_s": 1.5, "memory_mb": 300.0}
        for seed, value in enumerate(values)
    ]


def test_a_spread_is_told_from_three_seeds_on() -> None:
    spread = summarise(rows("a", [0.1, 0.2, 0.3]), "f1_macro")["a", 5.0]
    assert (spread.mean, spread.deviation) == pytest.approx((0.2, 0.1))
    assert Spread.of([0.1, 0.2]).deviation is None


def test_runs_that_failed_have_no_figures() -> None:
    failed = [{**row, "status": "failed"} for row in rows("a", [0.9])]
    assert summarise(failed, "f1_macro") == {}
    assert typical([*rows("a", [0.1, 0.2]), *failed], "seconds") == {"a": 2.0}


def test_the_page_has_scores_costs_and_what_came_to_nothing() -> None:
    suite = image_suite(seeds=[0, 1, 2], budgets=[5], figures=["f1_macro"])
    lost = {**rows("b", [0.0])[0], "status": "failed", "error": "It broke."}
    page = report(suite, [*rows("a", [0.1, 0.2, 0.3]), *rows("b", [0.4, 0.5]), lost])
    assert "| a | 0.200 ± 0.100 | 2.0 | 1.5 | 300 |" in page
    assert "| b | 0.450 (n = 2) | 2.0 | 1.5 | 300 |" in page
    assert "- digits, b, 5 labels a class, seed 0: failed. It broke." in page


def test_a_name_with_a_bar_stays_one_cell() -> None:
    suite = image_suite(seeds=[0], budgets=[5], figures=["f1_macro"])
    assert r"| a \| b | 0.100 | 2.0 | 1.5 | 300 |" in report(suite, rows("a | b", [0.1]))


def test_the_plot_has_a_dot_for_each_method_and_budget() -> None:
    suite = image_suite(seeds=[0, 1, 2], budgets=[5, 10], figures=["f1_macro", "d"])
    drawn = ElementTree.fromstring(
        plot(suite, [*rows("<a>", [0.1, 0.2, 0.3]), *rows("b", [0.7], 10.0), *rows("b", [0.6])])
    )
    circles = [float(each.get("r", 0)) for each in drawn.iter() if each.tag.endswith("circle")]
    texts = [each.text for each in drawn.iter() if each.tag.endswith("text")]
    assert circles.count(3.5) == 3
    assert "<a>" in texts
    assert "has no meaning here" in texts
