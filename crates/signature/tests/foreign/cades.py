"""What pyHanko says of CMS signatures by EN 319 102-1.

Arguments, three a question: a directory with `act.p7s`, `act`, `root.der`, `tsa-root.der` and `*.crl`; the moment in unix
seconds; the process, `basic` or `with-time`. Writes a line each: the sub-indication's name, PASSED where there is none.
"""

import asyncio
import datetime
import hashlib
import logging
import pathlib
import sys

from asn1crypto import cms, crl, x509
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

logging.disable(logging.CRITICAL)
REQUIRED = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
RULE = CertRevTrustPolicy(RevocationCheckingPolicy(REQUIRED, REQUIRED))
PROCESSES = {
    "basic": ades.ades_basic_validation,
    "with-time": ades.ades_with_time_validation,
}


def policy(anchor):
    root = CertTrustAnchor(x509.Certificate.load(anchor.read_bytes()))
    trust = SimpleTrustManager.build(trust_roots=[root])
    return CertValidationPolicySpec(trust_manager=trust, revinfo_policy=RULE)


async def asked(directory, moment, process):
    content_info = cms.ContentInfo.load((directory / "act.p7s").read_bytes())
    signed = content_info["content"]
    embedded = [choice.chosen for choice in signed["crls"] or [] if choice.name == "crl"]
    fetched = [
        crl.CertificateList.load(path.read_bytes()) for path in directory.glob("*.crl")
    ]
    known = LocalKnowledge(
        known_crls=[CRLContainer(one) for one in fetched + embedded],
        known_certs=[choice.chosen for choice in signed["certificates"]],
    )
    spec = SignatureValidationSpec(
        cert_validation_policy=policy(directory / "root.der"),
        ts_cert_validation_policy=policy(directory / "tsa-root.der"),
        local_knowledge=known,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
            certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
        ),
    )
    at = datetime.datetime.fromtimestamp(int(moment), tz=datetime.timezone.utc)
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=True
    )
    digest = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    content = (directory / "act").read_bytes()
    result = await PROCESSES[process](
        signed_data=signed,
        validation_spec=spec,
        timing_info=timing,
        raw_digest=hashlib.new(digest, content).digest(),
    )
    word = result.ades_subindic.name
    return "PASSED" if word == "OK" else word


arguments = iter(sys.argv[1:])
for directory, moment, process in zip(arguments, arguments, arguments):
    print(asyncio.run(asked(pathlib.Path(directory), moment, process)))
