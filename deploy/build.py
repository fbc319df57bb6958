"""Builds the package of a stage with Zappa, in a folder of its own: `python -m deploy.build --stage test`.

The web function and the workers run from the same zip. It holds what requirements.txt names, as wheels for Lambda's
Python and system whatever machine builds, the project without its tests, and the collected static files.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ("portal", "campaigns", "routing", "credentials", "workers", "locale", "manage.py")
SETTINGS = "zappa_settings.json"
PRIVATE_POLICY = "private-api-policy.json"  # of the API that only the VPC's endpoint may call
RUNTIME = "python3.13"
PLATFORMS = {"x86_64": "x86_64-manylinux_2_34", "arm64": "aarch64-manylinux_2_34"}  # Amazon Linux 2023 has glibc 2.34

# Of what AWS's SDK can do, descriptions of these services go along: the others are half of the package.
AWS_SERVICES = frozenset(
    {"dynamodb", "events", "iam", "kms", "lambda", "route53", "s3", "ses", "sesv2", "sns", "sqs", "ssm", "sts"}
)
LANGUAGES = ("en", "de", "root", "__")


@dataclass(frozen=True, slots=True)
class Build:
    """One package: where it is made, and for which Python and processor."""

    stage: str
    folder: Path
    python: str
    architecture: str

    @property
    def app(self) -> Path:
        return self.folder / "app"

    @property
    def site(self) -> Path:
        """Where Zappa, which runs on this machine's Python, looks for the packages of its environment."""
        return self.environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

    @property
    def environment(self) -> Path:
        return self.folder / "packages"

    @property
    def package(self) -> Path:
        return self.folder / f"postroom-{self.stage}.zip"


def build(wanted: Build, *, from_environment: bool) -> Path:
    """Make the zip and return its path; `from_environment` takes the packages that are installed here."""
    shutil.rmtree(wanted.app, ignore_errors=True)
    shutil.rmtree(wanted.environment, ignore_errors=True)
    wanted.app.mkdir(parents=True)
    wanted.site.mkdir(parents=True)
    copy_project(wanted.app)
    take_settings(wanted)
    if from_environment:
        copy_packages(wanted.site)
    else:
        install_packages(wanted)
    prune(wanted.site)
    collect_static(wanted.app / "static")
    compile_all(wanted)
    run_zappa(wanted)
    return wanted.package


def build_of(stage: str, folder: Path) -> Build:
    """For the Python and processor that Terraform gives the functions, where its values were written."""
    path = folder / SETTINGS
    settings = json.loads(path.read_text())[stage] if path.is_file() else {}
    runtime, architecture = settings.get("runtime", RUNTIME), settings.get("architecture", "x86_64")
    return Build(stage, folder, runtime.removeprefix("python"), architecture)


def copy_project(app: Path) -> None:
    """What git knows of the folders that run; nothing that merely lies about."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PROJECT]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = app / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def take_settings(wanted: Build) -> None:
    """The stage's settings with Terraform's values where they were written, else those of the repository."""
    shutil.copy2(ROOT / SETTINGS, wanted.app / SETTINGS)
    for name in (SETTINGS, PRIVATE_POLICY):
        if (wanted.folder / name).is_file():
            shutil.copy2(wanted.folder / name, wanted.app / name)


def required() -> list[str]:
    """Names in requirements.txt."""
    return re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(), flags=re.MULTILINE)


def copy_packages(site: Path) -> None:
    """The installed files of what is required; those for other systems are not installed."""
    for name in required():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        for file in found.files or ():
            source = Path(str(found.locate_file(file)))
            if ".." not in file.parts and "__pycache__" not in file.parts and source.is_file():
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)


def install_packages(wanted: Build, *options: str) -> None:
    """Wheels for Lambda, by uv: it reads markers as the wanted Python would. The pins are complete, so nothing is resolved.

    Raises CalledProcessError when a pin has no wheel, among others.
    """
    pins = wanted.folder / "requirements.txt"
    pins.write_text(pins_of_package((ROOT / "requirements.txt").read_text(), excluded=excluded_of(wanted.stage)))
    target = ["--target", str(wanted.site), "--python-version", wanted.python]
    platform = ["--python-platform", PLATFORMS[wanted.architecture], "--only-binary", ":all:"]
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--no-deps", *options]
    subprocess.run([*command, *target, *platform, "-r", str(pins)], check=True)  # noqa: S603


def look_for_wheels(stage: str) -> None:
    """Ask the index, and fetch nothing. Raises CalledProcessError, after uv has named the pin that has none."""
    with TemporaryDirectory(prefix="postroom-wheels-") as folder:
        for architecture in PLATFORMS:
            wanted = Build(stage, Path(folder), RUNTIME.removeprefix("python"), architecture)
            install_packages(wanted, "--dry-run")


def excluded_of(stage: str) -> list[str]:
    """Patterns of what Zappa leaves out of the package."""
    settings = json.loads((ROOT / SETTINGS).read_text())
    found = settings[stage]
    while "exclude" not in found:
        found = settings[found["extends"]]
    return list(found["exclude"])


def pins_of_package(pins: str, *, excluded: list[str]) -> str:
    """Without what would be left out afterwards: among it are packages that have no wheel at all."""
    blocks = re.split(r"^(?=\S)", pins, flags=re.MULTILINE)
    return "".join(block for block in blocks if not any(fnmatch(block.partition("==")[0], each) for each in excluded))


def prune(site: Path) -> None:
    """Leave out what the portal never reads: other services, other languages."""
    for path in (site / "botocore" / "data").iterdir():
        if path.is_dir() and path.name not in AWS_SERVICES:
            shutil.rmtree(path)
    for folder in [*site.rglob("locale"), site / "babel" / "locale-data"]:
        for path in folder.iterdir():
            if path.name.startswith(LANGUAGES):
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def collect_static(folder: Path) -> None:
    """Static files under their hashed names; served from the package."""
    environment = {**os.environ, "SANDBOX": "yes", "STATIC_ROOT": str(folder), "DATA_DIR": str(folder.parent / ".data")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603
    shutil.rmtree(folder.parent / ".data", ignore_errors=True)


def compile_all(wanted: Build) -> None:
    """Bytecode, which Lambda cannot write: without it every cold start compiles what it imports."""
    is_own = wanted.python == f"{sys.version_info.major}.{sys.version_info.minor}"
    python = sys.executable if is_own else shutil.which(f"python{wanted.python}")
    if python is None or not _starts(python):
        sys.stderr.write(f"python{wanted.python} is not here: the package gets no bytecode and starts more slowly.\n")
        return
    command = [python, "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, str(wanted.app), str(wanted.site)], check=False)  # noqa: S603  # templates of code fail


def _starts(python: str) -> bool:
    """Whether it is a Python and not a stand-in that names the versions there are (pyenv's)."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603


def run_zappa(wanted: Build) -> None:
    """`zappa package`: needs neither AWS nor the network."""
    environment = {**os.environ, "VIRTUAL_ENV": str(wanted.environment)}
    wanted.package.unlink(missing_ok=True)
    command = [sys.executable, "-m", "zappa.cli", "package", wanted.stage, "--output", wanted.package.name]
    subprocess.run(command, cwd=wanted.app, env=environment, check=True)  # noqa: S603
    shutil.move(wanted.app / wanted.package.name, wanted.package)


def main() -> int:
    """Build by the words of the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.build", description=__doc__)
    parser.add_argument(
        "--stage", required=True, choices=sorted(set(json.loads((ROOT / SETTINGS).read_text())) - {"base"})
    )
    parser.add_argument("--to", type=Path, help="folder; build/<stage> when not given")
    parser.add_argument("--from-environment", action="store_true", help="the packages installed here, for tests")
    parser.add_argument("--wheels", action="store_true", help="only look whether each pin has one for each processor")
    asked = parser.parse_args()
    if asked.wheels:
        look_for_wheels(asked.stage)
        return 0
    wanted = build_of(asked.stage, (asked.to or ROOT / "build" / asked.stage).resolve())
    if asked.from_environment:
        wanted = replace(wanted, python=f"{sys.version_info.major}.{sys.version_info.minor}")
    package = build(wanted, from_environment=asked.from_environment)
    sys.stdout.write(f"{package}: {package.stat().st_size / 1024**2:.1f} MiB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
