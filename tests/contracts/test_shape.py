"""The tail of sizes is bounded: it is the few long functions and files that make a code base hard to read."""

from __future__ import annotations

from tests.contracts.source import name_of, python_files, shape_of

LONGEST_FUNCTION = 60
LONG_FUNCTION = 35
LONGEST_FILE = 400


def test_no_function_is_longer_than_sixty_lines():
    sizes = [size for path in python_files() for size in shape_of(path).sizes]
    assert [size for size in sizes if size.lines > LONGEST_FUNCTION] == []


def test_nine_functions_in_ten_stay_under_thirty_five_lines():
    sizes = [size for path in python_files() for size in shape_of(path).sizes]
    long_ones = [size.where for size in sizes if size.lines >= LONG_FUNCTION]
    assert len(long_ones) * 10 <= len(sizes), long_ones


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_module_of_the_product_says_what_it_owns():
    silent = [
        name_of(path)
        for path in python_files()
        if "tests" not in path.parts and path.stat().st_size and not shape_of(path).has_docstring
    ]
    assert silent == []


def test_every_module_postpones_annotations():
    eager = [
        name_of(path)
        for path in python_files()
        if shape_of(path).statements > 1
        and "from __future__ import annotations" not in path.read_text(encoding="utf-8")
    ]
    assert eager == []
