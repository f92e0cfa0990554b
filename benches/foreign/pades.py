"""Times pyHanko on the files of a folder, warm, in one process; prints JSON.

Usage: pades.py FOLDER

The folder holds what `benches/src/pades/files.rs` writes: keys, certificates, lists, small.pdf, large.pdf.
"""

import asyncio
import io
import json
import resource
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

from asn1crypto import crl, keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import ades, async_validate_pdf_signature, policy_decl
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager

folder = Path(sys.argv[1])


def certificates(name):
    data = (folder / name).read_bytes()
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(data, multiple=True)]


def key(name):
    return keys.PrivateKeyInfo.load(pem.unarmor((folder / name).read_bytes())[2])


root = certificates("root.pem")[0]
chain = certificates("chain.pem")
lists = [crl.CertificateList.load(path.read_bytes()) for path in sorted(folder.glob("*.crl"))]


def store(*more):
    held = SimpleCertificateStore()
    held.register_multiple([*chain, *more])
    return held


def context():
    return ValidationContext(
        trust_roots=[root], other_certs=chain, crls=lists, allow_fetching=False, revocation_mode="require"
    )


def signer(name):
    return signers.SimpleSigner(
        signing_cert=certificates(f"{name}.pem")[0], signing_key=key(f"{name}.key"), cert_registry=store()
    )


stamper = DummyTimeStamper(
    tsa_cert=certificates("tsa.pem")[0], tsa_key=key("tsa.key"), certs_to_embed=store()
)


def sign(data, who):
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signers.PdfSigner(meta, who).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out)
    return out.getvalue()


def archive(data, who):
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        validation_context=context(),
        embed_validation_info=True,
        use_pades_lta=True,
    )
    signers.PdfSigner(meta, who, timestamper=stamper).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)), output=out
    )
    return out.getvalue()


def verify(data):
    signature = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(signature, context()))
    assert status.bottom_line, status.pretty_print_details()


def verify_archive(data):
    signature = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    spec = policy_decl.SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([root]),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
        ),
        revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
            online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
    )
    result = asyncio.run(
        ades.ades_lta_validation(signature, policy_decl.PdfSignatureValidationSpec(spec))
    )
    assert result.ades_subindic.status.name == "PASSED", result.failure_msg


def median(run, *arguments):
    """Milliseconds: the median of as many runs as two seconds hold, five at least, after one that warms up."""
    run(*arguments)
    times, end = [], time.perf_counter() + 2
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        run(*arguments)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


results = {"version": version("pyHanko"), "python": sys.version.split()[0]}
small, large = (folder / "small.pdf").read_bytes(), (folder / "large.pdf").read_bytes()
for name in ("p256", "rsa2048"):
    who = signer(name)
    for size, data in (("small", small), ("large", large)):
        for level, run, check in (("b", sign, verify), ("lta", archive, verify_archive)):
            results[f"sign {name} {size} {level}"] = median(run, data, who)
            results[f"verify {name} {size} {level}"] = median(check, run(data, who))
results["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(results))
