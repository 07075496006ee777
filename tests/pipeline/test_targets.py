"""The plan: its schema, and what follows from a row."""

import json

import pytest

import targets
from pipeline.commands import Failure
from pipeline.project import Project
from targets import Plan, Python, Target

ROW = """
rust = "x86_64-unknown-linux-gnu"
platform = "manylinux2014_x86_64.manylinux_2_17_x86_64"
abi = "cp311-abi3"
runner = "ubuntu-24.04"
build = "zig"
test = "native"
size = 600_000
"""
PYTHONS = """
[pythons]
required = ["3.11", "3.15"]
[pythons.optional]
"3.15t" = "not here"
"""


def with_row(row: str) -> str:
    return f"{PYTHONS}\n[targets.one]\n{row}"


def row(**changed: str) -> Target:
    """A row of which only the named fields matter."""
    fields = {
        "rust": "x86_64-unknown-linux-gnu",
        "platform": "manylinux2014_x86_64.manylinux_2_17_x86_64",
        "abi": "cp311-abi3",
        "runner": "ubuntu-24.04",
    }
    fields |= changed
    return Target("row", **fields, build="zig", test="native", size=1)


def test_a_good_row_is_read() -> None:
    plan = targets.read(with_row(ROW))
    assert plan.targets[0] == Target(
        "one",
        rust="x86_64-unknown-linux-gnu",
        platform="manylinux2014_x86_64.manylinux_2_17_x86_64",
        abi="cp311-abi3",
        runner="ubuntu-24.04",
        build="zig",
        test="native",
        size=600_000,
    )
    assert plan.optional == {Python(3, 15, free_threaded=True): "not here"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('runner = "ubuntu-24.04"', "", r"\[targets.one\] lacks: runner"),
        ("size = ", "sise = ", r"\[targets.one\] has unknown keys: sise; known are"),
        ("600_000", '"large"', r"\[targets.one\] size: 'large' is no int"),
        ("600_000", "true", r"\[targets.one\] size: True is no int"),
        ('"zig"', '"make"', r"build: 'make' is not one of 'zig', 'cibuildwheel'"),
        ('"native"', '"none"', r"\[targets.one\] needs `untested = "),
        ('"native"', '"native"\nuntested = "why"', r"where test is \"none\", only"),
        ("cp311-abi3", "cp311", r"abi: 'cp311' is no tag such as 'cp311-abi3'"),
    ],
)
def test_a_wrong_row_is_refused_with_words(old: str, new: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        targets.read(with_row(ROW.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (with_row(ROW) + "\n[extra]\n", "targets.toml has unknown keys: extra"),
        ("[targets]\n", "targets.toml lacks: pythons"),
        (with_row(ROW).replace("3.11", "3.x"), "'3.x' is no version of Python"),
        (with_row(ROW) + f"[targets.two]\n{ROW}", "two rows make .*abi3-manylinux"),
    ],
)
def test_a_wrong_plan_is_refused_with_words(text: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        targets.read(text)


@pytest.mark.parametrize(
    ("abi", "admitted"),
    [
        ("cp311-abi3", "3.11 3.12 3.14 3.15"),
        ("cp314-cp314t", "3.14t"),
        ("cp315-abi3.abi3t", "3.15 3.15t"),
        ("cp312-cp312", "3.12"),
    ],
)
def test_a_wheel_is_for_the_pythons_that_its_tag_admits(
    abi: str, admitted: str
) -> None:
    pythons = map(
        Python.parse, ["3.10", "3.11", "3.12", "3.14", "3.15", "3.14t", "3.15t"]
    )
    assert " ".join(str(py) for py in pythons if row(abi=abi).admits(py)) == admitted


def test_admitting_agrees_with_pip(plan: Plan) -> None:
    """`packaging` is what pip decides with."""
    from packaging.tags import Tag, cpython_tags
    from packaging.utils import parse_wheel_filename

    for target in plan.targets:
        offered = parse_wheel_filename(target.wheel)[3]
        platforms = target.platform.split(".")
        for python in plan.pythons:
            abi = f"cp{python.major}{python.minor}{'t' * python.free_threaded}"
            taken: set[Tag] = set(
                cpython_tags((python.major, python.minor), [abi], platforms)
            )
            assert target.admits(python) == bool(offered & taken), (target, python)


@pytest.mark.parametrize(
    ("abi", "builder"),
    [
        ("cp311-abi3", "python3.11"),
        ("cp314-cp314t", "python3.14t"),
        ("cp315-abi3.abi3t", "python3.15t"),
    ],
)
def test_the_builder_makes_maturin_choose_the_abi(abi: str, builder: str) -> None:
    assert row(abi=abi).builder == builder


@pytest.mark.parametrize(
    ("platform", "compatibility"),
    [
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "manylinux2014"),
        ("manylinux_2_28_aarch64", "manylinux_2_28"),
        ("musllinux_1_2_x86_64", "musllinux_1_2"),
        ("macosx_11_0_arm64", "off"),
        ("win_amd64", "off"),
    ],
)
def test_compatibility_is_the_tag_without_the_machine(
    platform: str, compatibility: str
) -> None:
    assert row(platform=platform).compatibility == compatibility


def test_the_sdist_is_the_last_file_of_a_release(plan: Plan, project: Project) -> None:
    assert plan.files[-1] == project.sdist
    assert all(name.endswith(".whl") for name in plan.files[:-1])


def test_the_matrix_has_each_row_with_its_fields(plan: Plan) -> None:
    rows = json.loads(targets.matrix(plan))["include"]
    assert [one["wheel"] for one in rows] == [one.wheel for one in plan.targets]
    assert {one["runner"] for one in rows} == {one.runner for one in plan.targets}


def test_unknown_names_are_refused_with_those_that_exist(plan: Plan) -> None:
    with pytest.raises(Failure, match=f"unknown target no; .*{plan.targets[0].name}"):
        plan.named(["no"])
