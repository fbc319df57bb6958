"""The text editor's script is built from pinned packages by a script that is here, and its licences go with it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "portal/static/postroom/vendor"


def locked_packages() -> dict[str, dict[str, object]]:
    packages: dict[str, dict[str, object]] = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    return {path.removeprefix("node_modules/"): package for path, package in packages.items() if path}


def test_every_package_is_pinned_to_one_version_by_its_checksum_and_to_no_host():
    wanted = json.loads((FRONTEND / "package.json").read_text())["devDependencies"]
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    packages = locked_packages()
    assert {name: packages[name]["version"] for name in wanted} == wanted
    assert [name for name, package in packages.items() if "integrity" not in package or "resolved" in package] == []


def test_the_licence_file_names_every_package_in_the_bundle_with_its_version():
    said = (VENDOR / "LICENSE-codemirror.txt").read_text()
    named = dict(re.findall(r"^((?:@[\w-]+/)?[\w-]+) (\d+\.\d+\.\d+)$", said, re.MULTILINE))
    locked = {name: package["version"] for name, package in locked_packages().items() if "esbuild" not in name}
    assert named == locked
    assert said.count("Permission is hereby granted") >= 1


def test_the_bundle_says_what_builds_it_and_names_no_other_script_to_load():
    bundle = (VENDOR / "codemirror.js").read_text()
    assert "frontend/build.sh" in bundle[:200]
    assert "sourceMappingURL" not in bundle
    assert not re.search(r"\bimport\s*\(|\bfrom\s*[\"']https?:", bundle)
    assert os.access(FRONTEND / "build.sh", os.R_OK)


def test_make_builds_it():
    assert "sh frontend/build.sh" in (ROOT / "Makefile").read_text()


def test_what_is_bundled_is_what_the_modules_import():
    offered = set(re.findall(r"\w+", " ".join(re.findall(r"\{([^}]*)\}", (FRONTEND / "codemirror.js").read_text()))))
    imports = re.compile(r"import \{([^}]*)\} from \"\.\./\.\./vendor/codemirror\.js\"")
    modules = (VENDOR.parent / "js/editor").glob("*.js")
    used = {
        name for path in modules for names in imports.findall(path.read_text()) for name in re.findall(r"\w+", names)
    }
    assert used
    assert used - offered == set()
