"""The plan: its schema, and what follows from a row."""

import argparse
from dataclasses import replace

import pytest

from pipeline import plan as plans
from pipeline.commands import Failure
from pipeline.plan import Plan, Python, Target
from pipeline.project import Project

ROW = """
tier = 1
rust = "x86_64-unknown-linux-gnu"
tag = "manylinux2014_x86_64.manylinux_2_17_x86_64"
abis = ["cp311-abi3"]
runner = "ubuntu-24.04"
build = "zig"
test = "native"
size = 600_000
"""
PYTHONS = """
[pythons]
required = ["3.11", "3.15", "3.15t"]
coming = "3.16"
[absent]
"a planet" = "nobody is there"
"""


def with_row(row: str) -> str:
    return f"{PYTHONS}\n[platforms.one]\n{row}"


def row(**changed: str) -> Target:
    """A row of which only the named fields matter."""
    fields = {
        "rust": "x86_64-unknown-linux-gnu",
        "tag": "manylinux2014_x86_64.manylinux_2_17_x86_64",
        "abi": "cp311-abi3",
        "runner": "ubuntu-24.04",
    }
    fields |= changed
    return Target("row", tier=1, **fields, build="zig", test="native", size=1)  # type: ignore[arg-type]


def test_a_good_row_is_read() -> None:
    plan = plans.read(with_row(ROW))
    assert plan.targets[0] == Target(
        "one-abi3",
        tier=1,
        rust="x86_64-unknown-linux-gnu",
        tag="manylinux2014_x86_64.manylinux_2_17_x86_64",
        abi="cp311-abi3",
        runner="ubuntu-24.04",
        build="zig",
        test="native",
        size=600_000,
    )
    assert plan.pythons[2] == Python(3, 15, free_threaded=True)
    assert plan.ordinary == [Python(3, 11), Python(3, 15)]
    assert plan.absent == {"a planet": "nobody is there"}


def test_a_platform_has_a_row_for_each_abi() -> None:
    abis = '["cp311-abi3", "cp314-cp314t", "cp315-abi3.abi3t"]'
    plan = plans.read(with_row(ROW.replace('["cp311-abi3"]', abis)))
    assert [one.name for one in plan.targets] == ["one-abi3", "one-cp314t", "one-abi3t"]
    assert {one.rust for one in plan.targets} == {"x86_64-unknown-linux-gnu"}


def test_an_abi_may_differ_from_its_platform() -> None:
    abis = 'abis = ["cp311-abi3", "cp314-cp314t"]'
    text = ROW.replace('abis = ["cp311-abi3"]', abis)
    own = '"cp314-cp314t" = { tag = "macosx_10_15_x86_64", build = "maturin" }'
    first, second = plans.read(with_row(f"{text}\n{own}")).targets
    assert (first.macos, second.macos) == ("", "10.15")
    assert (first.build, second.build) == ("zig", "maturin")
    assert second == replace(
        first,
        name=second.name,
        abi="cp314-cp314t",
        tag="macosx_10_15_x86_64",
        build="maturin",
    )


def test_what_a_machine_lacks_is_known_of_its_rows_alone() -> None:
    text = f'{ROW}\nlacks = {{ bench = "nothing to compare with" }}'
    plan = plans.read(with_row(text))
    assert plan.lacking(plan.targets[0].rust) == {"bench": "nothing to compare with"}
    assert plan.lacking("another") == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size = ", '"cp312-cp312" = {}\nsize = ', r"unknown keys: cp312-cp312; known"),
        ("size = ", '"cp311-abi3" = { a = 1 }\nsize = ', r"abi3 has unknown keys: a;"),
        ("size = ", '"cp311-abi3" = 1\nsize = ', r"cp311-abi3: 1 is no dict"),
        ("size = ", '"cp311-abi3" = { tag = 1 }\nsize = ', r"abi3 tag: 1 is no str"),
        ("size = ", "lacks = []\nsize = ", r"lacks: \[\] is no dict"),
        ('runner = "ubuntu-24.04"', "", r"\[platforms.one\] lacks: runner"),
        ("size = ", "sise = ", r"\[platforms.one\] has unknown keys: sise; known are"),
        ("600_000", '"large"', r"\[platforms.one\] size: 'large' is no int"),
        ("600_000", "true", r"\[platforms.one\] size: True is no int"),
        ('"zig"', '"make"', r"build: 'make' is not one of 'zig', 'cibuildwheel'"),
        ('"native"', '"none"', r"\[platforms.one\] needs `untested = "),
        ('"native"', '"native"\nuntested = "why"', r"where test is \"none\", only"),
        ("cp311-abi3", "cp311", r"abis: 'cp311' is no tag such as 'cp311-abi3'"),
    ],
)
def test_a_wrong_row_is_refused_with_words(old: str, new: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        plans.read(with_row(ROW.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (with_row(ROW) + "\n[extra]\n", "targets.toml has unknown keys: extra"),
        ("[platforms]\n", "targets.toml lacks: absent, pythons"),
        (with_row(ROW).replace("3.11", "3.x"), "'3.x' is no version of Python"),
        (with_row(ROW) + f"[platforms.two]\n{ROW}", "two rows make .*abi3-manylinux"),
    ],
)
def test_a_wrong_plan_is_refused_with_words(text: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        plans.read(text)


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
        platforms = target.tag.split(".")
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
    ("tag", "compatibility"),
    [
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "manylinux2014"),
        ("manylinux_2_28_aarch64", "manylinux_2_28"),
        ("musllinux_1_2_x86_64", "musllinux_1_2"),
        ("macosx_11_0_arm64", "off"),
        ("win_amd64", "off"),
    ],
)
def test_compatibility_is_the_tag_without_the_machine(
    tag: str, compatibility: str
) -> None:
    assert row(tag=tag).compatibility == compatibility


def test_a_machine_runs_what_is_of_its_kind(plan: Plan) -> None:
    names = [one.name for one in plan.of_host("x86_64-pc-windows-msvc").targets]
    assert names == ["windows-x64-abi3", "windows-x64-cp314t", "windows-x64-abi3t"]
    assert plan.of_host("m68k-unknown-linux-gnu").targets == ()


def test_the_sample_is_one_of_each_family_besides_this_machines(plan: Plan) -> None:
    host = "x86_64-unknown-linux-gnu"
    sample = plan.of_sample(host).targets
    foreign = [one for one in sample if not one.is_of(host)]
    assert len(sample) - len(foreign) == len(plan.of_host(host).targets)
    assert {one.system for one in foreign} == {one.system for one in plan.targets}
    assert len(foreign) == len({one.system for one in foreign})


def test_a_machine_that_can_test_no_others_builds_its_own(plan: Plan) -> None:
    for host in ("aarch64-apple-darwin", "aarch64-unknown-linux-gnu"):
        assert plan.of_sample(host) == plan.of_host(host)
        assert not plan.can_test_others(host)


def test_every_tier_holds_those_before_it(plan: Plan) -> None:
    first, second = plan.of_tier(1), plan.of_tier(2)
    assert set(first.targets) < set(second.targets) == set(plan.targets)


def test_platforms_of_tier_1_have_every_abi(plan: Plan) -> None:
    every = {one.abi for one in plan.targets}
    first = [one for one in plan.targets if one.tier == 1]
    for rust in {one.rust for one in first}:
        assert {one.abi for one in first if one.rust == rust} == every, rust


def test_nobody_selects_by_a_misspelt_name() -> None:
    options = argparse.Namespace(target=["no"], tier=None, sample=False, all=False)
    with pytest.raises(Failure, match="unknown target no; there are "):
        plans.selected(options)


@pytest.mark.parametrize(
    ("arguments", "tiers"), [(["--tier", "1"], {1}), (["--all"], {1, 2}), ([], set())]
)
def test_a_stage_is_told_which_part_of_the_plan_it_is_about(
    arguments: list[str], tiers: set[int]
) -> None:
    parser = argparse.ArgumentParser()
    plans.add_selection(parser)
    part = plans.selected(parser.parse_args(arguments))
    assert {row.tier for row in (part.targets if part else ())} == tiers


def test_the_sdist_is_the_last_file_of_a_release(plan: Plan, project: Project) -> None:
    assert plan.files[-1] == project.sdist
    assert all(name.endswith(".whl") for name in plan.files[:-1])


def test_unknown_names_are_refused_with_those_that_exist(plan: Plan) -> None:
    with pytest.raises(Failure, match=f"unknown target no; .*{plan.targets[0].name}"):
        plan.named(["no"])
