"""What a file says of the agreements under which its records came."""

import json

from exchange.agreements.under import under
from tests.together.agreeing import agree, terms
from tests.together.kit import Network, Town


def test_the_agreement_in_force_is_named_and_where_there_is_none_it_is_said(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    assert under(amur.node, [amur.code, shuangpo.code]) == [(shuangpo.code, "", "")]
    digest = agree(amur, shuangpo, between, terms(), valid_until="2027-12-31")
    assert under(amur.node, [amur.code, shuangpo.code, "HL-QFG"]) == [
        ("HL-QFG", "", ""), (shuangpo.code, digest, "2027-12-31"),
    ]  # fmt: skip


def test_a_file_of_the_pages_asks_the_exchange(amur: Town, shuangpo: Town, between: Network) -> None:
    digest = agree(amur, shuangpo, between, terms())
    told = amur.app.extensions["agreed"]
    with amur.app.app_context():
        assert json.loads(json.dumps(told([shuangpo.code]))) == [[shuangpo.code, digest, ""]]
