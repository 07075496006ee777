"""Sigstore, replaced: no machine but GitHub's gets a certificate from it.

Certificates are signed by an authority of the test instead of Fulcio's; there is no
transparency log, whose entry is one of a real attestation. All else is the libraries'
own: the envelope and its signature, the certificate's claims, the policy of the
publisher, the statement about the file. In the processes of a job sitecustomize.py
(replaced/) does the same.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyasn1.codec.der.encoder import encode
from pyasn1.type.char import UTF8String
from sigstore import dsse
from sigstore.errors import VerificationError
from sigstore.models import Bundle, ClientTrustConfig, TransparencyLogEntry
from sigstore.sign import Signer
from sigstore.verify import Verifier
from sigstore.verify.policy import VerificationPolicy
from sigstore_models.rekor.v1 import TransparencyLogEntry as Entry

FOLDER = "PIPELINE_SIGNING"  # the variable that names where the authority's key is
REAL = Path(__file__).parent / "data" / "sampleproject-4.0.0.tar.gz.provenance"


def make_authority(folder: Path) -> None:
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    coded = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(coded)


def authority() -> ec.EllipticCurvePrivateKey:
    coded = (Path(os.environ[FOLDER]) / "key.pem").read_bytes()
    key = serialization.load_pem_private_key(coded, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is of another kind")
    return key


def extensions(claims: Mapping[str, Any]) -> dict[str, str]:
    """By their numbers, as Fulcio makes them of GitHub's claims (its oid-info.md)."""
    server = "https://github.com"
    return {
        "8": claims["iss"],
        "12": f"{server}/{claims['repository']}",
        "13": claims["sha"],
        "14": claims["ref"],
        "18": f"{server}/{claims['workflow_ref']}",
    }


def certificate(signer: Signer) -> x509.Certificate:
    """For the job whose token it is; always the same for a signer."""
    found: x509.Certificate | None = getattr(signer, "_replaced", None)
    if found is None:
        found = signer._replaced = issued(  # type: ignore[attr-defined]
            signer._identity_token._unverified_claims, signer._private_key.public_key()
        )
    return found


def issued(
    claims: Mapping[str, Any], key: ec.EllipticCurvePublicKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "replaced")])
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(minutes=10))
        .add_extension(usage, critical=False)
    )
    for number, text in extensions(claims).items():
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
        value = x509.UnrecognizedExtension(oid, encode(UTF8String(text)))
        built = built.add_extension(value, critical=False)
    return built.sign(authority(), hashes.SHA256())


def finished(
    _signer: Signer, cert: x509.Certificate, content: dsse.Envelope, _entry: object
) -> Bundle:
    real = json.loads(REAL.read_text("utf-8"))["attestation_bundles"][0]
    material = real["attestations"][0]["verification_material"]
    entry = TransparencyLogEntry(Entry.from_dict(material["transparency_entries"][0]))
    return Bundle._from_parts(cert, content, entry)


def verified(
    _verifier: Verifier, bundle: Bundle, policy: VerificationPolicy
) -> tuple[str, bytes]:
    cert = bundle.signing_certificate
    try:
        authority().public_key().verify(
            cert.signature, cert.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature as error:
        raise VerificationError("the certificate is not the authority's") from error
    policy.verify(cert)
    envelope = bundle._dsse_envelope
    key = cert.public_key()
    if envelope is None or not isinstance(key, ec.EllipticCurvePublicKey):
        raise VerificationError("there is no signed statement")
    return envelope._inner.payload_type, dsse._verify(key, envelope)


def offline(**_: object) -> ClientTrustConfig:
    return ClientTrustConfig.from_tuf("https://tuf-repo-cdn.sigstore.dev", offline=True)


@contextmanager
def replaced() -> Iterator[None]:
    """Sigstore, in this process."""
    with ExitStack() as stack:
        for owner, name, ours in (
            (Signer, "_signing_cert", certificate),
            (Signer, "_finalize_sign", finished),
            (Verifier, "verify_dsse", verified),
            (ClientTrustConfig, "production", offline),
        ):
            stack.enter_context(mock.patch.object(owner, name, ours))
        yield
