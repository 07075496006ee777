"""Attestations (PEP 740): whether a file comes from a certain workflow.

The command `pypi_attestations verify pypi` knows PyPI's own hosts alone; the library
takes a file of any index, with the provenance that this index serves for it.
"""

import os
import re

from cryptography.x509 import ExtensionNotFound
from pydantic import ValidationError
from pypi_attestations import (
    AttestationError,
    AttestationType,
    Distribution,
    GitHubPublisher,
    Provenance,
)
from sigstore.errors import Error as SigstoreError

from pipeline.commands import Failure

KIND = "application/vnd.pypi.integrity.v1+json"


def publisher() -> GitHubPublisher:
    """Who must have attested: the workflow that is running."""
    said = os.environ.get("GITHUB_WORKFLOW_REF", "")
    found = re.fullmatch(r"([^/]+/[^/]+)/\.github/workflows/([^/@]+)@.+", said)
    if not found:
        raise Failure(
            f"--attested: GITHUB_WORKFLOW_REF is {said!r}, and must say whose the"
            " attestations are: owner/name/.github/workflows/release.yml@refs/tags/v1"
        )
    return GitHubPublisher(repository=found[1], workflow=found[2])


def fault(provenance: bytes, name: str, sha256: str, by: GitHubPublisher) -> str:
    """Why the provenance does not prove the file's origin; nothing, if it does."""
    try:
        bundles = Provenance.model_validate_json(provenance).attestation_bundles
        file = Distribution(name=name, digest=sha256)
        # What the index says of the publisher is not asked: the certificate says it.
        kinds = [
            attestation.verify(by, file)[0]
            for bundle in bundles
            for attestation in bundle.attestations
        ]
    except ValidationError as error:
        return f"the index's provenance is malformed: {error.errors()[0]['msg']}"
    except (AttestationError, ExtensionNotFound) as error:
        return str(error)
    except SigstoreError as error:
        raise Failure(f"Sigstore's keys cannot be had: {error}") from error
    if AttestationType.PYPI_PUBLISH_V1 not in kinds:
        return "its provenance has no attestation of the publication"
    return ""
