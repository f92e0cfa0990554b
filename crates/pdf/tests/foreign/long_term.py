"""Two jobs about PDF signatures over the years, by pyHanko.

Usage: long_term.py sign FOLDER UNIX_TIME
       long_term.py judge FOLDER

sign: signs FOLDER/base.pdf with berg.pem and berg.key, stamped by tsa.pem and tsa.key, at each level: FOLDER/b.pdf, t.pdf,
lt.pdf, lta.pdf; and two.pdf, which dahl signs after berg.
judge: for each line `file moment` of FOLDER/questions, what the process with long-term data says of the first signature, by
the lists in the file and in FOLDER/FILE.crls/*.crl.
Either: root.pem is the anchor, sub.pem the authority below, *.crl the lists of the day.
"""

import asyncio
import logging
import sys
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import ades, policy_decl
from pyhanko.sign.validation.policy_decl import LocalKnowledge
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

logging.disable(logging.CRITICAL)
job, folder = sys.argv[1], Path(sys.argv[2])
REQUIRED = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED


def der(name):
    return pem.unarmor((folder / name).read_bytes())[2]


def certificate(name):
    return x509.Certificate.load(der(name))


def lists(directory):
    paths = sorted(directory.glob("*.crl")) if directory.is_dir() else []
    return [crl.CertificateList.load(path.read_bytes()) for path in paths]


root = certificate("root.pem")


async def signed(file, name, stamper, context, **settings):
    chain = SimpleCertificateStore()
    chain.register_multiple([certificate("sub.pem"), root])
    key = keys.PrivateKeyInfo.load(der(f"{name}.key"))
    signer = signers.SimpleSigner(certificate(f"{name}.pem"), key, chain)
    metadata = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, **settings
    )
    if settings:
        metadata = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            validation_context=context(),
            **settings,
        )
    out = await signers.async_sign_pdf(
        IncrementalPdfFileWriter(BytesIO(file)), metadata, signer, timestamper=stamper
    )
    return out.getvalue()


async def sign():
    moment = datetime.fromtimestamp(int(sys.argv[3]), timezone.utc)
    extra = SimpleCertificateStore()
    extra.register_multiple([root])
    stamper = DummyTimeStamper(
        certificate("tsa.pem"),
        keys.PrivateKeyInfo.load(der("tsa.key")),
        certs_to_embed=extra,
        fixed_dt=moment,
    )

    def context():
        return ValidationContext(
            trust_roots=[root],
            other_certs=[certificate("sub.pem"), certificate("tsa.pem")],
            crls=lists(folder),
            allow_fetching=False,
            moment=moment,
            revocation_mode="require",
        )

    base = (folder / "base.pdf").read_bytes()
    made = {
        "b": await signed(base, "berg", None, context),
        "t": await signed(base, "berg", stamper, context),
        "lt": await signed(base, "berg", stamper, context, embed_validation_info=True),
        "lta": await signed(
            base, "berg", stamper, context, embed_validation_info=True, use_pades_lta=True
        ),
    }
    made["two"] = await signed(made["t"], "dahl", stamper, context)
    for name, file in made.items():
        (folder / f"{name}.pdf").write_bytes(file)


def freeze(at):
    """pyHanko reads the clock where it weighs what a timestamp once proved: there it reads the moment asked about."""

    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return at.astimezone(tz)

    for name, module in list(sys.modules.items()):
        clock = getattr(module, "datetime", None)
        if name.startswith("pyhanko") and isinstance(clock, type):
            module.datetime = Frozen


async def judge():
    for line in (folder / "questions").read_text().splitlines():
        name, moment = line.split()
        at = datetime.fromtimestamp(int(moment), timezone.utc)
        known = LocalKnowledge(known_crls=[CRLContainer(one) for one in lists(folder / f"{name}.crls")])
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([root]),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(REQUIRED, REQUIRED)),
        )
        spec = policy_decl.SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
                online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=known,
        )
        freeze(at)
        reader = PdfFileReader(BytesIO((folder / name).read_bytes()), strict=True)
        timing = ValidationTimingInfo(
            validation_time=at, best_signature_time=at, point_in_time_validation=True
        )
        result = await ades.ades_lta_validation(
            reader.embedded_regular_signatures[0],
            policy_decl.PdfSignatureValidationSpec(spec),
            timing_info=timing,
        )
        word = result.ades_subindic.name
        print("PASSED" if word == "OK" else word)


asyncio.run(sign() if job == "sign" else judge())
