"""What pyHanko says of the first signature of each file: python changes.py FOLDER CA.pem, one line a file."""

import logging
import pathlib
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
folder, authority = sys.argv[1:]
context = ValidationContext(trust_roots=[load_cert_from_pemder(authority)])


def said(path):
    try:
        with open(path, "rb") as file:
            signatures = PdfFileReader(file).embedded_regular_signatures
            if not signatures:
                return "no signature"
            status = validate_pdf_signature(signatures[0], context)
            if not status.intact:
                return "digest mismatch"
            level = status.modification_level.name
            covers = status.coverage.name in ("ENTIRE_FILE", "ENTIRE_REVISION")
            return f"{'accepted' if status.docmdp_ok and covers else 'refused'}, {level}"
    except Exception as error:  # noqa: BLE001
        return f"unread, {type(error).__name__}"


for path in sorted(pathlib.Path(folder).glob("*.pdf")):
    print(path.stem, said(path), sep="\t")
