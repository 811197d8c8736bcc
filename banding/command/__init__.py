"""What a person types at a terminal at the node itself: its beginning, what goes in and out, its people."""

import os

import click

from banding.command import accounts, bring, init, out, report, status, verify
from banding.command.plain import PlainGroup

__all__ = ["cli"]


@click.group("banding", cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(file_okay=False), help="The node's folder, in place of BANDING_HOME.")
@click.version_option(status.own_version(), prog_name="banding")
@click.pass_context
def cli(ctx: click.Context, home: str | None) -> None:
    """One node of the band exchange: its records, its people, and what goes in and out."""
    if home:
        _set_home(ctx, home)


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
