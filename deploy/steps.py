"""The steps of a deployment, of its end and of its taking back, as commands; pure."""

from __future__ import annotations

from dataclasses import dataclass

ENVIRONMENTS = ("test", "prod")
MIGRATES = 'module.postroom.module.workers.aws_lambda_function.this["maintenance"]'


@dataclass(frozen=True, slots=True)
class Step:
    """One command, run in `folder` below the repository; `output` is a file that takes what it prints."""

    what: str
    command: tuple[str, ...]
    folder: str = "."
    output: str = ""


def _terraform(stage: str, *arguments: str) -> tuple[str, ...]:
    return ("terraform", f"-chdir=infra/environments/{stage}", *arguments)


def _apply(stage: str, what: str, *options: str) -> Step:
    values = f"-var-file=../../../build/{stage}/deploy.tfvars.json"
    return Step(what, _terraform(stage, "apply", "-input=false", *options, values))


def _aws(stage: str, *arguments: str) -> tuple[str, ...]:
    return ("python", "-m", "deploy.aws", "--stage", stage, *arguments)


def stages_of(stage: str) -> tuple[str, str]:
    """The stages of an environment: the public web and the private API."""
    return (stage, f"{stage}_api")


def deploy_steps(stage: str, *, owner: str = "", has_private_api: bool = True) -> list[Step]:
    """Checks, infrastructure, package, database, workers, web, first Owner, smoke test: in this order.

    The function that migrates gets the package first. All others are the old ones until then: new code never meets the
    old database, and each migration must suit the old code.
    """
    stages = stages_of(stage) if has_private_api else (stage,)
    outputs = f"build/{stage}/terraform.json"
    return [
        Step("check the code", ("make", "check")),
        Step("check that migrations are complete", ("python", "manage.py", "makemigrations", "--check", "--dry-run")),
        Step("begin the values of Terraform", _aws(stage, "values")),
        Step("fetch Terraform's providers", _terraform(stage, "init", "-input=false", "-backend-config=backend.hcl")),
        _apply(stage, "make or change the infrastructure"),
        Step("read what Terraform made", _terraform(stage, "output", "-json"), output=outputs),
        *[
            Step(f"write the settings of {each}", ("python", "-m", "deploy.stage", "--stage", each, "--from", outputs))
            for each in stages
        ],
        *[Step(f"build the package of {each}", ("python", "-m", "deploy.build", "--stage", each)) for each in stages],
        Step(
            "keep the package for the workers",
            _aws(stage, "values", "--package", f"build/{stage}/postroom-{stage}.zip"),
        ),
        _apply(stage, "give the package to the function that migrates", f"-target={MIGRATES}"),
        Step("migrate the database", _aws(stage, "ask", "migrate")),
        _apply(stage, "give the workers the package"),
        *[Step(f"deploy or update {each}", _aws(each, "web")) for each in stages],
        Step("note the addresses of the APIs", _aws(stage, "values", "--apis")),
        _apply(stage, "set the APIs' limits and names"),
        Step("make the first Owner", _aws(stage, "ask", "make_first_owner", *([f"address={owner}"] if owner else []))),
        Step("try login page, static files and workers", _aws(stage, "smoke")),
    ]


def undeploy_steps(stage: str, *, has_private_api: bool = True) -> list[Step]:
    """Workers and what hangs on the APIs, then the web, then the rest.

    API Gateway deletes no API with a name or a usage plan. What holds data and is protected stays, and Terraform says how
    to let it go.
    """
    stages = stages_of(stage) if has_private_api else (stage,)
    return [
        Step("forget package and APIs", _aws(stage, "values", "--none")),
        _apply(stage, "take away the workers and what hangs on the APIs"),
        *[Step(f"end {each}", _aws(each, "end")) for each in reversed(stages)],
        Step(
            "take the infrastructure down",
            _terraform(stage, "destroy", "-input=false", f"-var-file=../../../build/{stage}/deploy.tfvars.json"),
        ),
    ]


def rollback_steps(stage: str, *, package: str, has_private_api: bool = True) -> list[Step]:
    """The code of an earlier package; the database stays as it is, which suits the version before by rule."""
    stages = stages_of(stage) if has_private_api else (stage,)
    return [
        *[
            Step(f"put {each} one version back", ("zappa", "rollback", each, "-n", "1"), folder=f"build/{each}/app")
            for each in stages
        ],
        Step("keep the earlier package for the workers", _aws(stage, "values", "--package", package)),
        _apply(stage, "give the workers the earlier package"),
        Step("try login page, static files and workers", _aws(stage, "smoke")),
    ]
