"""Attestations are verified by those of a real package that is on PyPI.

`data/` has the provenance that PyPI's integrity API serves for sampleproject 4.0.0, as
pypi/warehouse keeps it in tests/_fixtures. Sigstore's keys are those that the library
brings: nothing is asked over the network.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypi_attestations import GitHubPublisher
from sigstore.errors import TUFError
from sigstore.verify import Verifier

import verify
from pipeline import attestation, index, ledger
from pipeline.commands import Failure

NAME = "sampleproject-4.0.0.tar.gz"
DIGEST = "0ace7980f82c5815ede4cd7bf9f6693684cec2ae47b9b7ade9add533b8627c6b"
PROVENANCE = (Path(__file__).parent / "data" / f"{NAME}.provenance").read_bytes()
REF = "pypa/sampleproject/.github/workflows/release.yml@refs/tags/4.0.0"
PUBLISHER = GitHubPublisher(repository="pypa/sampleproject", workflow="release.yml")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production = Verifier.production
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Verifier, "production", lambda **_: production(offline=True))
    monkeypatch.setenv("GITHUB_WORKFLOW_REF", REF)


def without(provenance: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The provenance after a change to its only bundle."""
    table = json.loads(provenance)
    change(table["attestation_bundles"][0])
    return json.dumps(table).encode()


def fault(
    provenance: bytes = PROVENANCE,
    name: str = NAME,
    digest: str = DIGEST,
    by: GitHubPublisher = PUBLISHER,
) -> str:
    return attestation.fault(provenance, name, digest, by)


def test_a_real_provenance_proves_its_file() -> None:
    assert fault() == ""


def test_another_file_is_not_proved() -> None:
    assert "does not match distribution digest" in fault(digest="0" * 64)
    assert "does not match distribution name" in fault(
        name="sampleproject-4.1.0.tar.gz"
    )


def test_another_workflow_or_repository_is_not_the_publisher() -> None:
    other = GitHubPublisher(repository="pypa/sampleproject", workflow="ci.yml")
    assert "does not match expected Trusted Publisher (ci.yml" in fault(by=other)
    fork = GitHubPublisher(repository="mallory/sampleproject", workflow="release.yml")
    assert "Verification failed" in fault(by=fork)


def test_a_provenance_without_attestations_proves_nothing() -> None:
    said = "its provenance has no attestation of the publication"
    assert fault(b'{"version": 1, "attestation_bundles": []}') == said
    assert fault(without(PROVENANCE, lambda one: one["attestations"].clear())) == said


def test_the_index_cannot_name_the_publisher() -> None:
    """What it says beside the attestation is nobody's signature."""

    def claim(bundle: dict[str, Any]) -> None:
        bundle["publisher"]["repository"] = "mallory/sampleproject"

    fork = GitHubPublisher(repository="mallory/sampleproject", workflow="release.yml")
    assert "Verification failed" in fault(without(PROVENANCE, claim), by=fork)


def test_a_signature_of_other_bytes_proves_nothing() -> None:
    def forge(bundle: dict[str, Any]) -> None:
        envelope = bundle["attestations"][0]["envelope"]
        envelope["signature"] = "AAAA" + envelope["signature"][4:]

    assert "Verification failed" in fault(without(PROVENANCE, forge))
    assert "malformed" in fault(b"{}")


def test_missing_keys_are_not_blamed_on_the_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(**_: object) -> Verifier:
        raise TUFError("Failed to refresh TUF metadata")

    monkeypatch.setattr(Verifier, "production", unreachable)
    with pytest.raises(Failure, match="Sigstore's keys cannot be had: Failed to"):
        fault()


def test_the_publisher_is_the_workflow_that_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert attestation.publisher() == PUBLISHER
    monkeypatch.setenv("GITHUB_WORKFLOW_REF", "owner/name")
    with pytest.raises(Failure, match="GITHUB_WORKFLOW_REF is 'owner/name'"):
        attestation.publisher()


def test_every_file_must_be_attested(monkeypatch: pytest.MonkeyPatch) -> None:
    served = {"https://index/good": PROVENANCE, "https://index/none": b"{}"}
    kinds: list[str] = []

    def request(address: str, *, accept: str) -> tuple[str, bytes]:
        kinds.append(accept)
        return accept, served[address]

    monkeypatch.setattr(index, "request", request)
    wheel = "sampleproject-4.0.0-py3-none-any.whl"
    entries = [ledger.Entry(name, DIGEST, 1, "", {}) for name in (NAME, wheel)]
    good = index.Listed("https://index/f", provenance="https://index/good")
    assert list(verify.unattested({NAME: good}, entries[:1])) == []
    assert kinds == ["application/vnd.pypi.integrity.v1+json"]
    listed = {NAME: good, wheel: index.Listed("https://index/f")}
    assert list(verify.unattested(listed, entries)) == [
        f"{wheel} has no attestation: was publish.py given --attest?"
    ]
    listed[wheel] = good
    [said] = verify.unattested(listed, entries)
    assert said.startswith(f"{wheel}: Verification failed")
    listed[wheel] = index.Listed("https://index/f", provenance="https://index/none")
    [said] = verify.unattested(listed, entries)
    assert said.startswith(f"{wheel}: the index's provenance is malformed")
