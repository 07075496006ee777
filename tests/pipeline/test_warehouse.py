"""What PyPI refuses, met by the uploader: the index that stands for it, by its name.

Nothing is installed here: twine, the token of a job and the list of files alone.
"""

import hashlib
import io
import json
import ssl
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from outside import REPLACED, World, world
from pypi_attestations import GitHubPublisher

import publish
from pipeline import index, upload
from pipeline.commands import Command, Failure, run
from pipeline.upload import Patience

HASTY = Patience(pauses=())
WHEEL = "gnomon-1.0-py3-none-any.whl"
SDIST = "gnomon-1.0.tar.gz"
METADATA = "Metadata-Version: 2.4\nName: gnomon\nVersion: 1.0\n"
PYPI = index.KNOWN["pypi"]


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Of a project that has nothing but its name, seen from its publishing job."""
    repository = tmp_path / "gnomon"
    repository.mkdir()
    (repository / "pyproject.toml").write_text('[project]\nname = "gnomon"\n')
    with world(repository, tmp_path) as made:
        claims = {
            "repository": "owner/gnomon",
            "workflow_ref": "owner/gnomon/.github/workflows/release.yml@refs/tags/v1",
            "ref": "refs/tags/v1",
            "environment": "pypi",
            "sha": "0" * 40,
        }
        token = {"GITHUB_ACTIONS": "true", **made.identify(claims)}
        for name, text in {**made.environment, **token}.items():
            if name != "PYTHONPATH":
                monkeypatch.setenv(name, text)
        # urllib has read the authorities before.
        monkeypatch.setattr(ssl, "_create_default_https_context", trusting)
        monkeypatch.setattr(urllib.request, "_opener", None)
        monkeypatch.setattr("pipeline.upload.PROJECT", Named())
        yield made


class Named:
    """The project, as far as an upload asks for it."""

    name = "gnomon"


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context()


def wheel(folder: Path, metadata: str = METADATA, name: str = WHEEL) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {"METADATA": metadata, "WHEEL": "", "RECORD": ""}.items():
            # Of no day, so that equal content is equal bytes.
            archive.writestr(zipfile.ZipInfo(f"gnomon-1.0.dist-info/{file}"), text)
    return path


def sdist(folder: Path) -> Path:
    path = folder / SDIST
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {"PKG-INFO": METADATA, "pyproject.toml": ""}.items():
            member = tarfile.TarInfo(f"gnomon-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def send(path: Path) -> str:
    return upload.upload(path, PYPI, upload.twine(PYPI), HASTY)


def test_what_is_taken_is_listed_as_pypi_lists_it(
    outside: World, tmp_path: Path
) -> None:
    path = wheel(tmp_path)
    assert send(path) == "uploaded"
    assert send(path) == "is on the index", "nothing is sent twice"
    assert send(sdist(tmp_path)) == "uploaded"
    assert outside.pypi.accepted == [WHEEL, SDIST]
    assert outside.testpypi.accepted == []
    listed = index.files(PYPI.simple, "gnomon")
    found = listed[WHEEL]
    assert found.address.startswith("https://files.pythonhosted.org/packages/")
    assert index.digest(found.address) == found.sha256
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert index.request(f"{found.address}.metadata")[1].decode() == METADATA
    assert found.size == path.stat().st_size
    assert found.uploaded
    assert datetime.now(UTC) - found.uploaded < timedelta(minutes=1)
    assert (found.provenance, found.yanked) == ("", False)
    _, body = index.request("https://pypi.org/pypi/gnomon/1.0/json")
    assert {one["filename"] for one in json.loads(body)["urls"]} == {WHEEL, SDIST}
    outside.pypi.yank("broken")
    assert index.files(PYPI.simple, "gnomon")[WHEEL].yanked
    # As does who asks for a page.
    answer = requests.get(f"{PYPI.simple}gnomon/", timeout=10)
    assert 'data-yanked="broken"' in answer.text


def test_other_bytes_of_a_name_are_refused(outside: World, tmp_path: Path) -> None:
    send(wheel(tmp_path))
    other = tmp_path / "other"
    other.mkdir()
    path = wheel(other, f"{METADATA}Summary: other\n")
    with pytest.raises(upload.Conflict, match="on the index with other bytes"):
        send(path)
    with pytest.raises(upload.Refused, match=r"400 File already exists \('gnomon-1"):
        upload.twine(PYPI)(path)
    assert outside.pypi.accepted == [WHEEL]


def test_a_closed_release_takes_no_more(outside: World, tmp_path: Path) -> None:
    outside.pypi.created["1.0"] = datetime.now(UTC) - timedelta(days=15)
    with pytest.raises(Failure, match="releases older than 14 days is not allowed"):
        send(wheel(tmp_path))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda folder: wheel(folder, f"{METADATA}Classifier: Nonsense\n"),
            "Classifier 'Nonsense' is not a valid classifier",
        ),
        (
            lambda folder: wheel(folder, name="gnomon-1.0-py3-none-any-1.whl"),
            "Invalid distribution file",
        ),
        (
            lambda folder: wheel(folder, METADATA.replace("gnomon", "other")),
            "isn't allowed to upload to project 'other'",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    made: Callable[[Path], Path], said: str, outside: World, tmp_path: Path
) -> None:
    with pytest.raises(Failure, match=said):
        send(made(tmp_path))
    assert outside.pypi.accepted == []


def test_bytes_behind_an_archive_are_refused(outside: World, tmp_path: Path) -> None:
    path = wheel(tmp_path)
    path.write_bytes(path.read_bytes() + b"behind")
    with pytest.raises(Failure, match="Trailing or leading data"):
        send(path)
    assert outside.pypi.accepted == []


def test_a_digest_that_does_not_fit_is_refused(
    outside: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twine.package import PackageFile

    path = wheel(tmp_path)
    real = PackageFile.metadata_dictionary

    def wrong(package: PackageFile) -> object:
        return {**real(package), "sha256_digest": "0" * 64}

    monkeypatch.setattr(PackageFile, "metadata_dictionary", wrong)
    with pytest.raises(Failure, match="digest supplied does not match"):
        send(path)
    assert outside.pypi.accepted == []


def test_another_workflow_gets_no_token(outside: World, tmp_path: Path) -> None:
    other = GitHubPublisher(
        repository="owner/gnomon", workflow="ci.yml", environment="pypi"
    )
    outside.pypi.publisher = other
    with pytest.raises(Failure, match="valid token, but no corresponding publisher"):
        send(wheel(tmp_path))
    assert outside.pypi.tokens == set()


def test_a_token_of_nobody_is_refused(
    outside: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINE_USERNAME", "__token__")
    monkeypatch.setenv("TWINE_PASSWORD", "pypi-guessed")
    with pytest.raises(Failure, match="403 Invalid or non-existent authentication"):
        send(wheel(tmp_path))
    assert outside.pypi.accepted == []


def test_an_attestation_of_other_bytes_is_refused(
    outside: World, tmp_path: Path
) -> None:
    path = wheel(tmp_path)
    sign = publish.attest_command([path])
    run(Command(sign.argv, env={"PYTHONPATH": str(REPLACED)}))
    wheel(tmp_path, f"{METADATA}Summary: other\n")
    post = upload.twine(PYPI, attested=True)
    with pytest.raises(Failure, match=r"Invalid attestations .* not match distrib"):
        upload.upload(path, PYPI, post, HASTY)
    wheel(tmp_path)
    assert upload.upload(path, PYPI, post, HASTY) == "uploaded"
    assert outside.pypi.files[WHEEL].provenance["version"] == 1


def test_other_projects_come_from_the_real_index(outside: World) -> None:
    listed = index.files(PYPI.simple, "sampleproject")
    assert "sampleproject-4.0.0.tar.gz" in listed
    with pytest.raises(index.Absent):
        index.request("https://test.pypi.org/simple/sampleproject/")
    assert outside.pypi.files == {}
