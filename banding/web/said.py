"""The sentences that the scripts of the pages say, in the language of the page; a script itself holds none."""

from flask_babel import gettext as _

from banding.web.words import in_sentences


def script_words() -> dict[str, str]:
    """By key, every sentence; a script fills in `%(name)s`."""
    return {**_form(), **_queue(), **_today(), **_look(), **_photos(), **_grid()}


def _form() -> dict[str, str]:
    return {
        "saved-here": _("%(bird)s: kept on this device, on its way to the node"),
        "undone-clear": _("What stood there is back."),
        "undone-next": _("The last bird is in the form again."),
        "nothing-to-undo": _("There is nothing to undo."),
        "kept-now": _("%(field)s is kept from bird to bird."),
        "cleared-now": _("%(field)s is cleared after each bird."),
        "not-remembered": _("The node does not answer: this is remembered on this device until it does."),
        "needed": _("This is needed."),
        "not-on-device": _("This device cannot keep it: press Save to send it now."),
        "looks-wrong": _("Not saved yet: please look at this"),
        "is-it-right": _("Is this right?"),
        "say-why": _("Change the value, or say why it stands: the reason stays with the record."),
        "because": _("It is right, because ..."),
        "go-to-field": _("Go to the field"),
        "save": _("Save"),
        "save-anyway": _("Save anyway"),
        "opened-again": _("%(bird)s is open again, with everything that was typed."),
        "restored": _("What was typed here before and not saved is back."),
        "as-saved": _("Show it as it is saved"),
        "correct-that": _("Correct the saved record"),
    }


def _queue() -> dict[str, str]:
    return {
        "state-device": _("on this device"),
        "state-sending": _("on its way"),
        "state-node": _("on the node"),
        "state-asks": _("not saved: it asks"),
        "recapture": _("recapture"),
        "open-again": _("Open it again"),
        "asks-more": _("%(count)s more"),
        "asks-one": _("%(bird)s is not saved yet: %(why)s"),
    }


def _photos() -> dict[str, str]:
    """What the node would say too, said before a megabyte is sent."""
    return {
        "photo-heic": in_sentences(
            _("This is a HEIC photo, which browsers cannot show"),
            _("On an iPhone choose Settings, Camera, Formats, Most Compatible and take it again, or save this one as"
              " JPEG; on other phones choose JPEG in the settings of the camera"),
        ),
        "photo-kind": in_sentences(_("This is not a JPEG or PNG photo"), _("Save it as JPEG and send that")),
        "photo-large": in_sentences(
            _("The photo is larger than 20 MB"), _("Make it smaller on the phone or computer and send it again")
        ),
        "photo-refused": _("The node has refused the photo."),
    }  # fmt: skip


def _look() -> dict[str, str]:
    """What the ring panel and the species box say."""
    return {
        "look-off": _("The node does not answer, so this ring is not looked up. It is looked up when the entry is"
                      " saved."),
        "look-today": _("A bird entered here today wears this ring. Without the node no more is known of it."),
        "ring-filled": _("The next ring is filled in: %(ring)s. %(why)s"),
        "ring-stands": _("The ring fits the species: %(ring)s. %(why)s"),
        "turned-recapture": _("This entry is a recapture now, with everything that was typed."),
        "turned-banding": _("This entry is a banding again, with everything that was typed."),
        "species-list": _("Species that fit"),
        "species-none": _("No species fits."),
        "species-shared": _("More than one species is called so. Choose one of them."),
    }  # fmt: skip


def _grid() -> dict[str, str]:
    return {
        "grid-line": _("Line"),
        "grid-state": _("Where it is"),
        "grid-typed": _("not saved yet"),
        "grid-needed": _("This is needed."),
        "grid-recapture": _("Enter it as a recapture"),
        "grid-what-is-it": _("What is this column?"),
        "grid-throw-away": _("Throw this column away"),
        "grid-left": _("Column %(number)s"),
        "grid-left-waits": _("This column has no field yet: say at its head what it is, or throw it away."),
        "grid-left-over": _("Columns without a place in the sheet: %(columns)s. Nothing of them is lost; say at their"
                            " head what they are."),
        "grid-pasted": _("Pasted rows: %(rows)s. Ctrl+Z takes the paste back; they are saved with Save all."),
        "grid-too-many": _("At most %(most)s rows can be pasted at once, and these are %(count)s. Nothing was pasted."),
        "grid-not-saved": _("Rows not saved yet: %(count)s."),
        "grid-asking": _("Rows that ask: %(count)s."),
        "grid-some-wait": _("Some rows are not saved yet: what they need stands under them."),
        "grid-all-away": _("All rows are on their way."),
        "grid-no-device": _("This device keeps nothing: what is not on the node is lost with the page."),
    }  # fmt: skip


def _today() -> dict[str, str]:
    return {
        "today-birds": _("Birds of today at this station: %(count)s"),
        "rings-left": _("Strings of rings that are left: %(count)s"),
        "ring-string": _("next %(ring)s, %(left)s left"),
    }
