"""Verifies every signature of every PDF in a folder at its level, and prints a line for each.

Usage: verify.py FOLDER UNIX_TIME

FOLDER/root.pem is the anchor; FOLDER/*.crl are known beforehand for levels that hold none (b, t), and for no other. A
file's level is what stands after the last hyphen of its name: b, t, lt, lta.
"""

import asyncio
import sys
from datetime import datetime, timezone
from pathlib import Path

from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation import ades, policy_decl
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import LocalKnowledge
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

folder, now = Path(sys.argv[1]), datetime.fromtimestamp(int(sys.argv[2]), timezone.utc)
_, _, der = pem.unarmor((folder / "root.pem").read_bytes())
root = x509.Certificate.load(der)
crls = [CRLContainer(crl.CertificateList.load(path.read_bytes())) for path in sorted(folder.glob("*.crl"))]
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build([root]),
    revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
)
timing = ValidationTimingInfo(validation_time=now, best_signature_time=now, point_in_time_validation=True)
gathering = policy_decl.RevocationInfoGatheringSpec(
    online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
)


def spec(known):
    return policy_decl.SignatureValidationSpec(
        cert_validation_policy=policy, revinfo_gathering_policy=gathering, local_knowledge=known
    )


async def judge(level, signature, reader):
    if level == "lta":
        pdf = policy_decl.PdfSignatureValidationSpec(spec(LocalKnowledge()))
        return await ades.ades_lta_validation(signature, pdf, timing_info=timing)
    known = LocalKnowledge(known_crls=crls)
    if level == "lt":
        store = DocumentSecurityStore.read_dss(reader)
        lists = [CRLContainer(crl.CertificateList.load(one.get_object().data)) for one in store.crls]
        known = LocalKnowledge(known_crls=lists, known_certs=list(store.load_certs()))
    check = ades.ades_basic_validation if level == "b" else ades.ades_with_time_validation
    return await check(
        signature.signed_data, spec(known), timing_info=timing, raw_digest=signature.compute_digest()
    )


async def main():
    for path in sorted(folder.glob("*.pdf")):
        level = path.stem.rsplit("-", 1)[-1]
        with path.open("rb") as file:
            reader = PdfFileReader(file, strict=True)
            for signature in reader.embedded_signatures:
                signature.compute_integrity_info(diff_policy=DEFAULT_DIFF_POLICY)
                change = signature.diff_result
                modified = getattr(change, "modification_level", None)
                words = modified.name if modified is not None else f"SUSPICIOUS: {change}"
                facts = [f"coverage={signature.evaluate_signature_coverage().name}", f"changes={words}"]
                if signature.sig_object_type == "/Sig":
                    result = await judge(level, signature, reader)
                    facts.append(f"ades={result.ades_subindic.status.name}")
                    facts.append(f"why={result.failure_msg}")
                else:
                    facts.append("timestamp")
                print(path.name, signature.field_name, *facts)


asyncio.run(main())
