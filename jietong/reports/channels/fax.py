"""Reports as fax files: TIFF profile F (RFC 2301), CCITT Group 4, 204 × 196 dots an inch, A4, white is zero.

The file is made from the very PDF in the archive and put in a folder. Sending it over a telephone line comes with the
fax channel.
"""

import asyncio
import hashlib
import io
import threading
from pathlib import Path

import pypdfium2
from PIL import Image

from jietong.reports.channels.folder import put
from jietong.reports.channels.model import Enclosed, Failure, FaxTo, Parcel, Receipt

WIDTH, HEIGHT = 1728, 2292  # dots of an A4 page: 215 mm at 8.04 a mm, 297 mm at 7.7 a mm
DPI = (204, 196)
_NEW_SUBFILE, _PHOTOMETRIC, _FILL_ORDER = 254, 262, 266
_one_at_a_time = threading.Lock()  # PDFium is not for two threads


async def send(root: Path, target: FaxTo, parcel: Parcel) -> Receipt:
    """Raises Failure."""
    document = next((file for file in parcel.files if file.media_type == "application/pdf"), None)
    if document is None:
        raise Failure("There is no PDF to make a fax of: choose it among the formats.", lasting=True)
    try:
        data = await asyncio.to_thread(fax, document.data)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise Failure(f"The PDF cannot be made into a fax: {error}", lasting=True) from error
    name = f"{document.ascii_name.rpartition('.')[0]}.tif"
    file = Enclosed(
        document.n, "tiff", f"{document.name.rpartition('.')[0]}.tif", name, "image/tiff", data,
        hashlib.sha256(data).digest(),
    )  # fmt: skip
    return await asyncio.to_thread(put, root, target.folder, (file,))


def fax(pdf: bytes) -> bytes:
    """The pages as one TIFF file; landscape ones are turned. The same PDF gives the same bytes. Blocks.

    Raises pypdfium2.PdfiumError for what is no PDF.
    """
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages = [_page(document[n]) for n in range(len(document))]
        finally:
            document.close()
    out = io.BytesIO()
    pages[0].save(
        out,
        format="TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="group4",
        dpi=DPI,
        tiffinfo={_NEW_SUBFILE: 2, _PHOTOMETRIC: 0, _FILL_ORDER: 1},  # one page of several, white is zero
    )
    return out.getvalue()


def _page(page: "pypdfium2.PdfPage") -> Image.Image:
    drawn = page.render(scale=2.9, grayscale=True).to_pil().convert("L")
    if drawn.width > drawn.height:
        drawn = drawn.transpose(Image.Transpose.ROTATE_90)
    # A4 is a little narrower than the scan line: the page lies in its middle, in its own shape.
    width = min(WIDTH, round(drawn.width / drawn.height * HEIGHT * DPI[0] / DPI[1]))
    whole = Image.new("L", (WIDTH, HEIGHT), 255)
    whole.paste(drawn.resize((width, HEIGHT), Image.Resampling.LANCZOS), ((WIDTH - width) // 2, 0))
    return whole.convert("1", dither=Image.Dither.FLOYDSTEINBERG)
