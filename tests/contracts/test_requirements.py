"""What is installed is pinned, hashed and of a licence that Postroom may use."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contracts.source import ROOT

FILES = ("requirements", "requirements-dev", "requirements-bench")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
# docs/decisions/ says why each of these is taken all the same.
EXCEPTIONS = {
    "psycopg": "LGPL, used as an unchanged library",
    "psycopg-binary": "LGPL, used as an unchanged library",
    "djlint": "GPL, a tool that checks templates and is never part of the product",
}
# Spellings of licences that let us use, change and ship the code beside ours.
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC\b|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|0BSD|Artistic|CNRI-Python|"
    r"Zope Public|HPND|Academic Free",
    re.IGNORECASE,
)
REFUSED = re.compile(r"\bA?L?GPL|GNU (?:Lesser |Affero )?General|SSPL|Commons Clause|Proprietary|BUSL", re.IGNORECASE)


def wanted(name: str) -> list[Requirement]:
    """The lines of one `.in` file, with those of the files it includes."""
    found: list[Requirement] = []
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found += wanted(text.removeprefix("-r ").removesuffix(".in"))
        elif text:
            found.append(Requirement(text))
    return found


def pinned(name: str) -> dict[str, tuple[str, str]]:
    """Version and the lines behind it (markers, hashes) by package."""
    text = (ROOT / f"{name}.txt").read_text()
    return {canonicalize_name(package): (version, rest) for package, version, rest in PIN.findall(text)}


@pytest.mark.parametrize("name", FILES)
def test_each_wanted_package_is_pinned_as_wanted(name):
    pins = pinned(name)
    missing = [
        str(requirement)
        for requirement in wanted(name)
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), ("0.dev0", ""))[0])
        or canonicalize_name(requirement.name) not in pins
    ]
    assert missing == []


@pytest.mark.parametrize("name", FILES)
def test_each_pin_has_hashes(name):
    text = (ROOT / f"{name}.txt").read_text()
    pins = PIN.findall(text)
    assert len(pins) == len(re.findall(r"^[A-Za-z0-9]", text, flags=re.MULTILINE)) > 0
    assert [package for package, _version, rest in pins if "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize(("small", "large"), [FILES[:2], FILES[1:]])
def test_what_runs_and_what_develops_have_the_same_pins(small, large):
    outer = {package: version for package, (version, _rest) in pinned(large).items()}
    inner = {package: version for package, (version, _rest) in pinned(small).items()}
    assert {package: version for package, version in inner.items() if outer.get(package) != version} == {}


def licence_of(package: str) -> str:
    """What the package says of its licence; "" where it is not installed here (a pin for another system)."""
    try:
        package_found = Distribution.from_name(package)
    except PackageNotFoundError:
        return ""
    told = package_found.metadata
    classifiers = [line for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    expression, text = ((told.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    return expression or "; ".join(classifiers) or text or _licence_file(package_found)


def _licence_file(package: Distribution) -> str:
    """The title of the licence's text, for a package that says nothing else."""
    texts = [path for path in package.files or [] if path.name.upper().startswith("LICEN")]
    return texts[0].read_text().strip().splitlines()[0] if texts else "unknown"


@pytest.mark.parametrize("name", FILES)
def test_each_licence_is_one_that_we_may_use(name):
    told = {package: licence_of(package) for package in pinned(name) if package not in EXCEPTIONS}
    wrong = {package: licence for package, licence in told.items() if licence and not _is_fine(licence)}
    assert wrong == {}


def _is_fine(licence: str) -> bool:
    choices = re.split(r"\bOR\b|;", licence)  # several classifiers are a choice, as those packages' texts say
    return any(ALLOWED.search(choice) and not REFUSED.search(choice) for choice in choices)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "LGPL-3.0-only", "unknown", "License :: Other/Proprietary License"]
)
def test_a_licence_off_the_list_is_found(licence):
    assert not _is_fine(licence)
