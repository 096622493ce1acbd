"""`xueping`: every command, one file each. The stack's own parts are imported only by the commands that run them."""

import typer

from api.cli import bench, demo, doctor, parts, up
from api.cli.claims import claims_app
from api.cli.products import products_app
from api.cli.receipts import read_receipts, receipts_app
from api.cli.rules import rules_app
from api.cli.token import token

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="学平：学平险从投保到赔付"
)

app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("bench")(bench.bench)
app.command("doctor")(doctor.doctor)
app.command("token")(token)
app.command("api")(parts.api)
app.command("worker")(parts.worker)
app.command("migrate")(parts.migrate)
app.command("read-receipts")(read_receipts)
app.add_typer(receipts_app, name="receipts")
app.add_typer(claims_app, name="claims")
app.add_typer(products_app, name="products")
app.add_typer(rules_app, name="rules")


def main() -> None:
    app()
