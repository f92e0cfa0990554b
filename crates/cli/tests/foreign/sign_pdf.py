"""Signs the PDF on standard input with the PKCS#8 key and the certificates given (PEM), and prints the signed PDF."""

import io
import sys

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

key, certificate, authority = sys.argv[1:]
signer = signers.SimpleSigner.load(key, certificate, ca_chain_files=[authority])
writer = IncrementalPdfFileWriter(io.BytesIO(sys.stdin.buffer.read()))
meta = signers.PdfSignatureMetadata(
    field_name="Signature1", md_algorithm="sha256", reason="Agreed", subfilter=fields.SigSeedSubFilter.PADES
)
out = signers.sign_pdf(writer, meta, signer=signer)
sys.stdout.buffer.write(out.getbuffer())
