"""What a person types about peers and keys: `banding peers` makes and compares them, `banding key` changes our own."""

import click

from banding.command.plain import answer, as_json, opened
from banding.errors import Refused
from banding.spoken import N_, language
from banding.spoken import gettext as _
from exchange import pages, peering
from exchange.log import birds
from exchange.node import ExchangeNode
from exchange.talk import hindrance, succession
from exchange.talk.line import Hello

AGREE = N_("Read the ten birds to the other administrator over the telephone. Do they agree?")


@click.group("peers", invoke_without_command=True)
@as_json
@click.pass_context
def peers(ctx: click.Context, as_json: bool) -> None:
    """The peers of this node; `peers add` makes a new one, `peers me` says what to tell its administrator."""
    if ctx.invoked_subcommand:
        return
    found = ExchangeNode.open(opened()).book.peers()
    if as_json:
        answer([pages.settled(peer) for peer in found])
        return
    for one in found:
        trouble = hindrance.told(one.trouble, language())
        state = trouble or (_("in order") if one.last_ok else _("not yet called"))
        last = _("last sync: %(when)s", when=one.last_ok or _("never"))
        click.echo(f"{one.code}  {one.address}  {last}  {state}")
    if not found:
        click.echo(_("No peers yet: `banding peers add ADDRESS`"))


@peers.command("add")
@click.argument("address")
@click.option("--fingerprint", help="As the peer's administrator read it to you: the ten birds, or 16 figures or more.")
@click.option(
    "--posts/--no-posts",
    default=None,
    help="The peer cannot reach this node: post to it too; so it is where this node has no public address.",
)
def peers_add(address: str, fingerprint: str | None, posts: bool | None) -> None:
    """Add the node at ADDRESS, if its key has this fingerprint; without one its birds are shown and compared.

    For a node that cannot be called ADDRESS is its card, the line that begins with `band:` in its `peers me`.
    """
    node = ExchangeNode.open(opened())
    told = _compared(node, address) if fingerprint is None else fingerprint
    hello = peering.add_from_hello(node, address, told, posts=posts)
    told = _("%(code)s is a peer now.", code=hello.node)
    click.echo(f"{told} {_('Its administrator must add this node too: `banding peers me`')}")


@peers.command("repin")
@click.argument("code")
@click.option("--fingerprint", help="As the peer's administrator read it to you: the ten birds, or 16 figures or more.")
@click.option("--address", default="", help="Where it is now, or its card; else the address that is known.")
@click.option("--stolen", is_flag=True, help="The old key may be in strange hands: believe it no further than now.")
def peers_repin(code: str, fingerprint: str | None, address: str, stolen: bool) -> None:
    """Trust the new key of the peer CODE, which has lost its old one."""
    node = ExchangeNode.open(opened())
    address = address or peering.known(node, code).address
    told = _compared(node, address) if fingerprint is None else fingerprint
    hello = peering.repin(node, code, told, address=address, stolen=stolen, by="the terminal")
    click.echo(
        _("The key of %(code)s that begins with %(start)s is trusted now.", code=code, start=hello.fingerprint[:16])
    )


@peers.command("me")
def peers_me() -> None:
    """This node's address and the birds of its key, to be read to another administrator."""
    node = ExchangeNode.open(opened())
    url = node.station.settings.public_url or _("no public address: this node calls its peers and posts to them")
    click.echo(f"{node.code}\n{_told(url, node.key.fingerprint)}")
    _show(node, node.key.fingerprint)
    click.echo(f"  {_('card, to be sent to whoever cannot call this node')}: {peering.card(node)}")


@click.group("key")
def key() -> None:
    """The key that this node signs with."""


@key.command("change")
@click.option("--yes", is_flag=True, help="Do not ask.")
def key_change(yes: bool) -> None:
    """Put a new key in the place of the present one; peers follow by themselves."""
    node = ExchangeNode.open(opened())
    if not yes:
        asked = _("Change the key of %(code)s? Peers follow by themselves with their next sync.", code=node.code)
        click.confirm(asked, abort=True)
    made = succession.change_key(node)
    click.echo(f"{_signs(node.code, made.fingerprint)} {_('Make a new backup of the folder `keys`.')}")


@key.command("new")
@click.option("--stolen", is_flag=True, help="The old key may be in strange hands.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def key_new(stolen: bool, yes: bool) -> None:
    """Make a key where the old one is lost; each peer must compare its birds with you."""
    station = opened()
    if not yes:
        asked = _("Is the key lost, and is there no backup of it? Every peer must compare the new one.")
        click.confirm(asked, abort=True)
    made = succession.replace_lost_key(station, stolen=stolen)
    click.echo(_signs(station.settings.node.code, made.fingerprint))
    click.echo(
        _(
            "Read its birds to each administrator: `banding peers me`."
            " Each of them types `banding peers repin` with this node's code."
        )
    )


def _compared(node: ExchangeNode, address: str) -> str:
    """The fingerprint of whoever answers, after a person has compared it. Raises PeerTrouble and Refused."""
    hello: Hello = peering.ask(node, address)
    name = hello.names.get(language()) or hello.names.get("en") or ""
    click.echo(f"{hello.node} {name}\n{_told(address[:80], hello.fingerprint)}")
    _show(node, hello.fingerprint)
    if not click.confirm(_(AGREE)):
        raise Refused("The birds do not agree", where=address, mend="Do not trust this node before you know why")
    return hello.fingerprint


def _told(address: str, fingerprint: str) -> str:
    told = _("address: %(address)s", address=address), _("fingerprint: %(fingerprint)s", fingerprint=fingerprint)
    return "\n".join(f"  {line}" for line in told)


def _signs(code: str, fingerprint: str) -> str:
    return _("%(code)s signs with the key %(start)s now.", code=code, start=fingerprint[:16])


def _show(node: ExchangeNode, fingerprint: str) -> None:
    """The ten birds, in the node's language and in English."""
    languages = dict.fromkeys((node.station.settings.language, "en"))
    columns = [birds.words(fingerprint, birds.named(language)) for language in languages]
    for number, row in enumerate(zip(*columns, strict=True), 1):
        click.echo(f"  {number:2}. {' / '.join(row)}")
