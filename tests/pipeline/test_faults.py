"""Publishing that is cut off anywhere, and goes on: every fault at every file.

Against a real index behind a proxy that breaks one upload. Whatever happens, at the end
the index has exactly the planned bytes, each accepted once, the sdist last.
"""

import io
import itertools
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import faulty
import pytest

from pipeline import index, local_index, upload
from pipeline.commands import Failure
from pipeline.project import Project
from pipeline.upload import Patience
from rehearse import ANYONE

WHEELS = 3
POSITIONS = range(WHEELS + 1)
QUICK = Patience(pauses=(0, 0.05, 0.1, 0.2), silence=faulty.SILENCE)
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n"

# A publisher that can be killed: the same call in a process of its own.
PUBLISHER = """
import sys
from pathlib import Path
from pipeline import index, upload
where = index.of(sys.argv[1])
quick = upload.Patience((0, 0.05, 0.1, 0.2), 30)
files = [Path(name) for name in sys.argv[2:]]
upload.upload_all(files, where, upload.twine(where, quick), quick)
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, project: Project) -> list[Path]:
    """The smallest release that an index takes: some wheels and an sdist, in order."""
    folder = tmp_path_factory.mktemp("release")
    text = METADATA.format(name=project.name, version=project.version)
    wheels = []
    for number in range(WHEELS):
        path = folder / f"{project.stem}-cp3{number}-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{project.stem}.dist-info/METADATA", text)
            wheel.writestr("data", bytes(200_000 + number))
        wheels.append(path)
    sdist = folder / project.sdist
    with tarfile.open(sdist, "w:gz") as archive:
        for name, data in (("PKG-INFO", text), ("pyproject.toml", "")):
            member = tarfile.TarInfo(f"{project.stem}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data.encode()))
    return [*wheels, sdist]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An empty index: its address, and the folder of its files."""
    folder = tmp_path / "index"
    folder.mkdir()
    with local_index.serve(folder) as url:
        yield url, folder


@pytest.fixture(autouse=True)
def _anyone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in ANYONE.items():
        monkeypatch.setenv(name, text)


def publish(files: list[Path], url: str) -> None:
    where = index.of(url)
    upload.upload_all(files, where, upload.twine(where, QUICK), QUICK)


def check(files: list[Path], folder: Path, plan: faulty.Plan) -> None:
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert there == {path.name: path.read_bytes() for path in files}
    assert plan.accepted == [path.name for path in files]


CASES = list(itertools.product(faulty.FAULTS, POSITIONS))


@pytest.mark.parametrize(("fault", "position"), CASES)
def test_a_fault_at_any_file_changes_nothing_in_the_end(
    fault: str, position: int, files: list[Path], shelf: tuple[str, Path]
) -> None:
    url, folder = shelf
    plan = faulty.Plan(position, fault)
    with faulty.proxy(url, plan) as address:
        if fault in faulty.FINAL:
            with pytest.raises(Failure, match=f"refuses {files[position].name}.*said"):
                publish(files, address)
            # Nothing was tried again, and nothing came after it.
            assert plan.seen == position + 1
            assert plan.accepted == [path.name for path in files[:position]]
        publish(files, address)
    assert plan.struck.is_set()
    check(files, folder, plan)


KILLS = list(
    itertools.product(["reset before the body", "hang", "taken, then hang"], POSITIONS)
)


@pytest.mark.parametrize(("fault", "position"), KILLS)
def test_a_publisher_that_was_killed_goes_on(
    fault: str, position: int, files: list[Path], shelf: tuple[str, Path]
) -> None:
    url, folder = shelf
    plan = faulty.Plan(position, fault)
    with faulty.proxy(url, plan) as address:
        argv = [sys.executable, "-c", PUBLISHER, address, *map(str, files)]
        scripts = str(Path(upload.__file__).parents[1])
        environ = {**os.environ, "PYTHONPATH": scripts}
        with subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL) as process:
            # Its index writes a file in steps, and has part of it for a moment.
            taken = fault.startswith("taken")
            while process.poll() is None:
                if (len(plan.accepted) if taken else plan.seen) > position:
                    break
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        publish(files, address)
    check(files, folder, plan)


def test_a_second_run_sends_nothing(
    files: list[Path], shelf: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = shelf
    plan = faulty.Plan()
    with faulty.proxy(url, plan) as address:
        publish(files, address)
        publish(files, address)
    check(files, folder, plan)
    assert plan.seen == len(files)
    assert capsys.readouterr().out.count("is on the index") == len(files)


def test_other_bytes_stop_everything(
    files: list[Path], shelf: tuple[str, Path]
) -> None:
    url, folder = shelf
    (folder / files[1].name).write_bytes(b"somebody else's")
    plan = faulty.Plan()
    with (
        faulty.proxy(url, plan) as address,
        pytest.raises(Failure, match=f"{files[1].name} is on the index with other"),
    ):
        publish(files, address)
    assert plan.accepted == [files[0].name]
    assert (folder / files[1].name).read_bytes() == b"somebody else's"


def test_an_index_that_stays_away_is_given_up(files: list[Path]) -> None:
    with pytest.raises(Failure, match="refused"):
        publish(files, "http://127.0.0.1:9/")


def test_a_fault_that_stays_is_given_up(
    files: list[Path], shelf: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulty.Proxy, "pass_on", faulty.says(503))
    plan = faulty.Plan()
    with (
        faulty.proxy(shelf[0], plan) as address,
        pytest.raises(Failure, match=r"5 times: 503.*Start again"),
    ):
        publish(files, address)
    assert plan.seen == len(QUICK.pauses) + 1
    assert list(shelf[1].iterdir()) == []


def test_every_file_has_its_faults(files: list[Path]) -> None:
    """And the count, for whoever reads the log."""
    print(f"{len(CASES) + len(KILLS)} cases of faults")
    assert list(POSITIONS) == list(range(len(files)))
    assert {fault for fault, _ in KILLS} <= faulty.FAULTS.keys()
