"""Makes a photo fit to be kept: JPEG of a bounded size, upright, and silent about who took it and where."""

import hashlib
import io
import threading
import warnings

from PIL import Image, ImageCms, ImageOps

from banding.errors import Refused
from banding.store.photos import Picture

LARGEST = 20 * 1024 * 1024
# A telephone's 64 million points at most; a small file may pretend to be far larger and fill the memory.
MOST_POINTS = 64_000_000
LONGEST_SIDE = 2400
QUALITY = 85
ORIENTATION, GPS = 0x0112, 0x8825
# Latitude and longitude with their letters: no heights, clocks or bearings.
PLACE = (1, 2, 3, 4)
HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
SRGB = ImageCms.createProfile("sRGB")
# One at a time: a field computer has memory for one large photo, not for one a visitor.
_one_at_a_time = threading.Lock()


def prepared(sent: bytes, *, keep_place: bool = False) -> Picture:
    """The photo to keep of the bytes that were sent; with its place only on purpose. Raises Refused."""
    _check(sent)
    with _one_at_a_time:
        try:
            upright, place = _read(sent)
        except Refused:
            raise
        # What damaged or hostile bytes make a decoder raise is as manifold as they are.
        except Exception as error:
            raise Refused(
                "The photo cannot be read", why="Its bytes are damaged or cut off",
                mend="Open it on your computer; if it opens there, save it anew as JPEG and send that",
            ) from error  # fmt: skip
        place = place if keep_place else {}
        return Picture(hashlib.sha256(sent).hexdigest(), _written(upright, place), *upright.size, bool(place))


def _check(sent: bytes) -> None:
    """Size and kind, before anything of it is decoded."""
    if not sent:
        raise Refused("No photo came", mend="Choose a JPEG or PNG file and send it again")
    if len(sent) > LARGEST:
        raise Refused(
            "The photo is larger than 20 MB", mend="Make it smaller on the phone or computer and send it again"
        )
    if sent[4:8] == b"ftyp" and sent[8:12] in HEIC:
        raise Refused(
            "This is a HEIC photo, which browsers cannot show",
            mend="On an iPhone choose Settings, Camera, Formats, Most Compatible and take it again, or save this"
            " one as JPEG; on other phones choose JPEG in the settings of the camera",
        )
    if not sent.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise Refused("This is not a JPEG or PNG photo", mend="Save it as JPEG and send that")


def _read(sent: bytes) -> tuple[Image.Image, dict[int, object]]:
    """The image, upright, in sRGB and no larger than it is kept; and the place that the camera wrote down."""
    with warnings.catch_warnings():
        # The count of points is checked below, before any of them is decoded.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(sent), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_POINTS:
                raise Refused(
                    "The photo has more than 64 million points",
                    mend="Make it smaller on the phone or computer and send it again",
                )
            found = image.getexif().get_ifd(GPS)
            profile = image.info.get("icc_profile", b"")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = _plain(ImageOps.exif_transpose(image), profile)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return upright, {tag: found[tag] for tag in PLACE} if all(tag in found for tag in PLACE) else {}


def _plain(image: Image.Image, profile: bytes) -> Image.Image:
    """The image in the colours that every screen shows; what lets light through stands on white."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in {"LA", "PA", "RGBA"}:
        over = image.convert("RGBA")
        image = Image.new("RGB", over.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    try:
        # The colours of a plumage are data; a camera's own profile, which may name the camera, goes.
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
        changed = source and ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        changed = None
    # A copy, which carries none of the texts that a file may hold beside its points.
    points = (changed or image).convert("RGB")
    clean = Image.new("RGB", points.size)
    clean.paste(points)
    return clean


def _written(image: Image.Image, place: dict[int, object]) -> bytes:
    exif = Image.Exif()
    if place:
        exif[GPS] = place
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True, exif=exif if place else b"")
    return file.getvalue()
