"""The audit as a whole: every gate on every file."""

from concurrent.futures import ThreadPoolExecutor

from pipeline.gates import archives, contents, extension, metadata
from pipeline.gates.model import GATES as GATES
from pipeline.gates.model import REBUILD, Archive, Finding, Folder, Gate

# Imported, they have entered their gates into the registry.
SUBJECTS = (archives, metadata, contents, extension)

Verdicts = dict[tuple[str, str], list[Finding]]


def audit(folder: Folder) -> Verdicts:
    """Every gate on every file that it is for; an empty list is a passed gate."""
    verdicts: Verdicts = {}
    for name, one in GATES.items():
        if "set" in one.kinds:
            verdicts[name, ""] = list(one.check(folder))
    for file in folder.names:
        if file.endswith((".whl", ".tar.gz")):
            archive = Archive(folder.path / file, folder.project, folder.plan)
            verdicts |= audit_file(archive)
    return verdicts


def audit_file(file: Archive) -> Verdicts:
    name = file.path.name
    if damaged := judge(GATES["archive"], file):
        # The other gates would only repeat it in other words.
        return {("archive", name): damaged}
    fitting = [gate for gate in GATES.values() if file.kind in gate.kinds]
    # Most of the time goes by in other people's checkers, each a process.
    with ThreadPoolExecutor() as pool:
        verdicts = pool.map(lambda gate: judge(gate, file), fitting)
    names = [(gate.name, name) for gate in fitting]
    return dict(zip(names, verdicts, strict=True))


def judge(one: Gate, file: Archive) -> list[Finding]:
    """The gate's findings; a gate that cannot judge has not passed.

    Whatever a damaged file makes of the libraries that read it is a finding, too.
    """
    try:
        return list(one.check(file))
    except Exception as error:
        return [Finding(f"no verdict: {error!r}", "a verdict", REBUILD)]
