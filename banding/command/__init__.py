"""What a person types at a terminal at the node itself: its beginning, what goes in and out, its people."""

import os

import click

from banding.command import accounts, bring, init, out, report, status, verify
from banding.command.plain import PlainGroup
from banding.spoken import LANGUAGES
from banding.spoken import gettext as _

__all__ = ["cli"]


@click.group("banding", cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(file_okay=False), help="The node's folder, in place of BANDING_HOME.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Language of the terminal, in place of the system's.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _option, asked: _tell_version(ctx) if asked else None,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context, home: str | None) -> None:
    """One node of the band exchange: its records, its people, and what goes in and out."""
    if home:
        _set_home(ctx, home)


def _tell_version(ctx: click.Context) -> None:
    click.echo(_("%(name)s, version %(version)s", name="banding", version=status.own_version()))
    ctx.exit()


def _set_home(ctx: click.Context, home: str) -> None:
    # In the environment, so that every command and every process it starts sees the same folder.
    before = os.environ.get("BANDING_HOME")
    os.environ["BANDING_HOME"] = home

    def restore() -> None:
        if before is None:
            os.environ.pop("BANDING_HOME", None)
        else:
            os.environ["BANDING_HOME"] = before

    ctx.call_on_close(restore)


for _command in (
    init.init,
    bring.bring,
    out.out,
    status.status,
    verify.verify,
    report.report,
    accounts.link,
    accounts.account,
):
    cli.add_command(_command)
