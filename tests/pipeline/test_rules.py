"""Each rule for extension modules: a good one breaks none, a broken one exactly it."""

import ast
import inspect
import random
import textwrap
from pathlib import Path

import pytest
from breaking import sign_again
from module_mutations import MUTATIONS, Mutation, empty, module_of, put

from pipeline.commands import Failure
from pipeline.gates import binary
from pipeline.gates.rules import RULES, Rule, broken
from pipeline.plan import Plan

GATES = sorted({one.gate for one in RULES})


@pytest.fixture(scope="module")
def modules(dist: Path, sample: Plan) -> dict[str, bytes]:
    """A good extension module of each system."""
    rows = {"elf": "linux-aarch64", "macho": "macos-arm64", "pe": "windows-x64"}
    wheels = {row.name: row.wheel for row in sample.targets}
    return {
        system: module_of(dist / wheels[f"{platform}-abi3"])
        for system, platform in rows.items()
    }


def noticed(data: bytes) -> set[tuple[str, str]]:
    """Gate and name of each rule that finds something."""
    module = binary.read(data)
    return {
        (one.gate, one.name)
        for one in RULES
        if one.system == module.system and list(one.check(module))
    }


@pytest.mark.parametrize(
    ("system", "gate", "rule", "change"),
    [
        pytest.param(*one, id=f"{one[0]}-{one[1]}-{one[2]}-{number}")
        for number, one in enumerate(MUTATIONS)
    ],
)
def test_a_broken_module_is_noticed_by_the_rule_and_by_no_other_gate(
    system: str, gate: str, rule: str, change: Mutation, modules: dict[str, bytes]
) -> None:
    data = bytearray(modules[system])
    change(data, binary.read(modules[system]))
    if system == "macho" and gate != "signature":
        sign_again(data)

    found = noticed(bytes(data))

    assert (gate, rule) in found
    assert {gate for gate, _ in found} == {gate}


@pytest.mark.parametrize("system", ["elf", "macho", "pe"])
def test_a_good_module_breaks_no_rule(system: str, modules: dict[str, bytes]) -> None:
    assert noticed(modules[system]) == set()


def test_a_mach_o_is_signed_as_the_test_signs(modules: dict[str, bytes]) -> None:
    """Or the mutations of macOS would be judged by signatures of the test's own."""
    data = bytearray(modules["macho"])
    sign_again(data)
    assert data == modules["macho"]


def test_every_rule_is_broken_by_some_mutation() -> None:
    rules = {(one.system, one.gate, one.name) for one in RULES}
    assert {one[:3] for one in MUTATIONS} == rules


@pytest.mark.parametrize("rule", RULES, ids=lambda one: f"{one.system}-{one.name}")
def test_a_rule_finds_one_thing(rule: Rule) -> None:
    """So that a mutation for each rule is one for each way to find something."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule.check)))
    yields = [
        node for node in ast.walk(tree) if isinstance(node, (ast.Yield, ast.YieldFrom))
    ]
    assert len(yields) == 1


def test_a_module_for_linux_needs_no_sections(modules: dict[str, bytes]) -> None:
    data = bytearray(modules["elf"])
    put(data, "Q", 40, 0)  # e_shoff
    put(data, "HHH", 58, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
    good, bare = binary.read(modules["elf"]), binary.read(bytes(data))
    assert noticed(bytes(data)) == set()
    assert (bare.imports, bare.exports) == (good.imports, good.exports)
    empty(8192)(data, good)
    assert ("code", "zeroed_code") in noticed(bytes(data))


@pytest.mark.parametrize("system", ["elf", "macho", "pe"])
def test_a_damaged_module_gives_findings_and_no_traceback(
    system: str, modules: dict[str, bytes]
) -> None:
    """Bytes of the headers and tables, anything for them, and a file cut short."""
    source = random.Random(f"damage of {system}")  # noqa: S311  (not secret)
    good = modules[system]
    for _ in range(25):
        data = bytearray(good)
        for _ in range(source.randint(1, 12)):
            reach = source.choice([0x40, 0x400, 0x4000, len(data)])
            data[source.randrange(reach)] = source.choice([0, 1, 0x7F, 0xFF])
        if not source.randrange(6):
            del data[source.randrange(len(data)) :]
        try:
            module = binary.read(bytes(data))
        except Failure:
            continue
        names = {module.machine, *module.libraries, *module.imports, *module.exports}
        assert all(isinstance(name, str) for name in names)
        assert all(isinstance(address, int) for address in module.entries)
        for gate in GATES:
            list(broken(gate, module))
