"""The plan: its schema, and what follows from a row."""

import argparse
from dataclasses import replace

import pytest

import targets
from pipeline import plan as plans
from pipeline.commands import Command, Failure
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT, Project

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


def test_the_table_has_a_line_for_each_row_and_names_every_file(plan: Plan) -> None:
    head, *lines = targets.table(plan).split("\n")
    assert head == "target                  built by      tested    on Python"
    rows = plan.targets
    for row, line in zip(rows, lines, strict=False):
        pythons = row.untested or " ".join(map(str, plan.promised(row)))
        assert line.split(maxsplit=3) == [row.name, row.build, row.test, pythons]
        assert line.index(row.build) == head.index("built")
    count = f"{len(rows)} wheels and the sdist"
    assert lines[len(rows) :] == ["", *plan.files, count]


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
    [one] = plan.targets
    assert (one.debian, one.native, one.untested) == ("", "", "")
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
        ('"native"', '"debian"', r"\[platforms.one\] needs `debian = "),
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
        (
            with_row(ROW).replace("coming", "next"),
            r"\[pythons\] has unknown keys: next",
        ),
        (with_row(ROW).replace("3.11", "3.x"), "'3.x' is no version of Python"),
        (with_row(ROW) + f"[platforms.two]\n{ROW}", "two rows make .*abi3-manylinux"),
    ],
)
def test_a_wrong_plan_is_refused_with_words(text: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        plans.read(text)


def test_keys_that_are_wrong_are_named_in_the_order_of_the_alphabet() -> None:
    more = "".join(f"{key} = 1\n" for key in "hgfedcba")
    with pytest.raises(Failure, match="unknown keys: a, b, c, d, e, f, g, h; known"):
        plans.read(with_row(ROW + more))
    lacking = "lacks: abis, build, runner, rust, size, tag, test, tier$"
    with pytest.raises(Failure, match=lacking):
        plans.read(with_row(""))


def test_every_wheel_that_two_rows_make_is_named() -> None:
    text = ROW.replace('["cp311-abi3"]', '["cp315-abi3.abi3t", "cp311-abi3"]')
    made = r"two rows make \S+cp315-abi3\.abi3t-\S+\.whl, \S+cp311-abi3-\S+\.whl$"
    with pytest.raises(Failure, match=made):
        plans.read(with_row(text) + f"[platforms.two]\n{text}")


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
    ("abi", "oldest", "builder"),
    [
        ("cp311-abi3", "3.11", "python3.11"),
        ("cp314-cp314t", "3.14t", "python3.14t"),
        ("cp315-abi3.abi3t", "3.15", "python3.15t"),
    ],
)
def test_an_abi_has_an_oldest_python_and_one_that_makes_maturin_choose_it(
    abi: str, oldest: str, builder: str
) -> None:
    assert str(row(abi=abi).min_python) == oldest
    assert row(abi=abi).builder == builder


@pytest.mark.parametrize(
    ("text", "env", "number", "abis"),
    [
        ("3.14", "py314", "3.14", ("cp314", "abi3")),
        ("3.14t", "py314t", "3.14", ("cp314t", "abi3t")),
    ],
)
def test_a_python_has_an_environment_and_tags(
    text: str, env: str, number: str, abis: tuple[str, str]
) -> None:
    python = Python.parse(text)
    assert (python.env, python.number, python.abis) == (env, number, abis)


@pytest.mark.parametrize(
    ("tag", "system", "machine"),
    [
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "glibc", "x86_64"),
        ("manylinux_2_28_s390x", "glibc", "s390x"),
        ("musllinux_1_2_aarch64", "musl", "aarch64"),
        ("macosx_10_15_x86_64", "macos", "x86_64"),
        ("win_amd64", "windows", "amd64"),
    ],
)
def test_a_tag_names_a_system_and_a_machine(
    tag: str, system: str, machine: str
) -> None:
    assert (row(tag=tag).system, row(tag=tag).machine) == (system, machine)
    assert row(tag="any").machine == ""


@pytest.mark.parametrize(
    ("build", "test", "has_job"),
    [
        ("zig", "native", True),
        ("zig", "none", False),
        ("maturin", "none", True),
        ("cibuildwheel", "native", False),
        ("cibuildwheel", "none", False),
    ],
)
def test_actions_test_apart_what_the_build_did_not_and_they_can(
    build: plans.Build, test: plans.Test, has_job: bool
) -> None:
    assert replace(row(), build=build, test=test).has_test_job == has_job


@pytest.mark.parametrize(
    ("build", "host", "tools"),
    [
        ("zig", "x86_64-unknown-linux-gnu", "build"),
        ("maturin", "x86_64-unknown-linux-gnu", "native"),
        ("maturin", "its own name", "native"),
        ("maturin", "another", "build"),
    ],
)
def test_a_machine_builds_its_own_wheels_by_its_own_tools(
    build: plans.Build, host: str, tools: str
) -> None:
    assert replace(row(), build=build, native="its own name").tools(host) == tools


@pytest.mark.parametrize(
    ("host", "name", "elsewhere"),
    [
        ("x86_64-unknown-linux-gnu", "linux-x86_64-abi3", False),
        ("x86_64-unknown-linux-gnu", "linux-aarch64-abi3", True),
        ("x86_64-unknown-linux-gnu", "musl-x86_64-abi3", True),
        ("x86_64-unknown-linux-gnu", "macos-arm64-abi3", True),
        ("aarch64-unknown-linux-gnu", "linux-aarch64-abi3", False),
        ("aarch64-unknown-linux-gnu", "musl-aarch64-abi3", True),
        ("aarch64-unknown-linux-gnu", "musl-x86_64-abi3", False),
        ("aarch64-unknown-linux-gnu", "linux-x86_64-abi3", False),
        ("aarch64-apple-darwin", "musl-aarch64-abi3", False),
    ],
)
def test_wheels_of_other_kinds_are_tested_where_that_is_possible(
    host: str, name: str, elsewhere: bool, plan: Plan
) -> None:
    [wheel] = plan.named([name]).targets
    assert plan.tests_elsewhere(wheel, host) == elsewhere


def test_musl_is_tested_beside_glibc_only_where_the_plan_says_so(plan: Plan) -> None:
    [wheel] = plan.named(["musl-aarch64-abi3"]).targets
    assert plan.tests_elsewhere(wheel, "aarch64-unknown-linux-gnu")
    untested = replace(wheel, test="none", untested="no time")
    assert not plan.tests_elsewhere(untested, "aarch64-unknown-linux-gnu")


def test_a_file_is_of_its_row_and_promises_pythons(plan: Plan) -> None:
    [free] = plan.named(["linux-x86_64-cp314t"]).targets
    assert plan.of_file(free.wheel) == free
    assert plan.of_file(PROJECT.sdist) is None
    assert plan.promised(free) == [Python(3, 14, free_threaded=True)]


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
    ("arguments", "tiers"),
    [
        (["--tier", "1"], {1}),
        (["--tier", "2"], {1, 2}),
        (["--all"], {1, 2}),
        ([], set()),
    ],
)
def test_a_stage_is_told_which_part_of_the_plan_it_is_about(
    arguments: list[str], tiers: set[int]
) -> None:
    parser = argparse.ArgumentParser()
    plans.add_selection(parser)
    part = plans.selected(parser.parse_args(arguments))
    assert {row.tier for row in (part.targets if part else ())} == tiers


def test_a_part_is_the_named_rows_or_the_sample_of_this_machine(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = "x86_64-unknown-linux-gnu"
    monkeypatch.setattr(plans, "host_triple", lambda: host)
    parser = argparse.ArgumentParser()
    plans.add_selection(parser)
    sample = plans.selected(parser.parse_args(["--sample"]))
    assert sample == plan.of_sample(host)
    names = [one.name for one in plan.targets[:2]]
    named = plans.selected(parser.parse_args(["--target", *names]))
    assert named == plan.named(names)
    assert parser.parse_args([]).target == []
    for wrong in (["--tier", "3"], ["--tier", "1", "--all"]):
        with pytest.raises(SystemExit):
            parser.parse_args(wrong)


def test_a_machine_is_called_as_rust_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def ask(command: Command) -> str:
        asked.append(command.argv)
        return "rustc 1.90.0\nbinary: rustc\nhost: a-b-c\nrelease: 1.90.0\n"

    monkeypatch.setattr(plans, "require_rust", lambda: asked.append("Rust"))
    monkeypatch.setattr(plans, "ask", ask)
    assert plans.host_triple() == "a-b-c"
    assert asked == ["Rust", ("rustc", "-vV")]


def test_the_sdist_is_the_last_file_of_a_release(plan: Plan, project: Project) -> None:
    assert plan.files[-1] == project.sdist
    assert plan.files[:-1] == sorted(one.wheel for one in plan.targets)


def test_unknown_names_are_refused_with_those_that_exist(plan: Plan) -> None:
    with pytest.raises(Failure, match=f"unknown target no; .*{plan.targets[0].name}"):
        plan.named(["no"])
