"""`banding link` and `banding account`: who may log in, from the terminal of the node's own machine."""

import sys

import click

from banding.command.init import link_address
from banding.command.plain import answer, as_json, opened
from banding.spoken import gettext as _
from schemas.codes import table

ROLES = table("role").codes


@click.command("link")
@as_json
def link(as_json: bool) -> None:
    """A new one-time link with which an administrator makes an account; an older one ends with it."""
    address = link_address(opened())
    if as_json:
        answer({"link": address, "role": "administrator"})
        return
    click.echo(_("An administrator opens this link once, within a day, while the node is running:"))
    click.echo(f"  {address}")


@click.group("account")
def account() -> None:
    """The people who may log in."""


@account.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")
@as_json
def add(name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """A new account; the password is asked for twice."""
    from banding.web.invitations import add_account

    station = opened()
    password = _first_line() if password_stdin else _asked()
    number = add_account(station, name, role, password, None)
    if as_json:
        answer({"id": number, "name": name, "role": role})
    else:
        click.echo(_("%(name)s may log in as %(role)s.", name=name, role=role))


@account.command("list")
@as_json
def everyone(as_json: bool) -> None:
    """Everybody who has an account."""
    found = [
        {"id": one.id, "name": one.name, "role": one.role, "language": one.language, "closed": one.closed}
        for one in opened().store.accounts.everyone()
    ]
    if as_json:
        answer(found)
        return
    for one in found:
        click.echo(f"{one['name']}  {one['role']}{'  ' + _('(closed)') if one['closed'] else ''}")
    if not found:
        click.echo(_("Nobody has an account yet. `banding link` makes a link for the first administrator."))


def _asked() -> str:
    password: str = click.prompt(_("Password (10 characters or more)"), hide_input=True, confirmation_prompt=True)
    return password


def _first_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")
