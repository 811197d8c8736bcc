"""The pages of agreements: what people of the right role draft, see, sign, end and forget, in three languages."""

import csv
import io
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from exchange.agreements import documents
from tests.exchange.forms import Pair, act, as_role
from tests.together.kit import banding, peer_of, settle, write
from tests.web.conftest import words

pytestmark = pytest.mark.usefixtures("staffed")


class Form(HTMLParser):
    """What a browser would send of the form of a draft."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: MultiDict[str, str] = MultiDict()
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        is_chosen = said.get("type") not in ("checkbox", "radio") or "checked" in said
        if tag == "input" and said.get("name") and is_chosen:
            self.fields.add(str(said["name"]), said.get("value") or "")


def typed(client: FlaskClient, path: str = "/agreements/new?peer=HL-SHP", **said: str) -> MultiDict[str, str]:
    """The form as it is opened, with a legal basis and some fields changed."""
    form = Form(client.get(path).text).fields
    form["legal_basis"] = "Treaty"
    for name, value in said.items():
        form[name] = value
    return form


def drafted(client: FlaskClient, **said: str) -> str:
    answer = client.post("/agreements", data=typed(client, **said))
    assert answer.status_code == 303, words(answer.text)
    return answer.location.partition("agreement=")[2]


def signed(pair: Pair, **said: str) -> str:
    """An agreement that both have signed on their pages."""
    here, there, line = pair
    digest = drafted(as_role(here, "administrator"), **said)
    act(as_role(here, "administrator"), f"/agreements/{digest}/sign", seen="1")
    settle(line)
    act(as_role(there, "administrator"), f"/agreements/{digest}/sign", seen="1")
    settle(line)
    return digest


def test_the_form_begins_with_what_holds_now_and_its_draft_says_just_that(pair: Pair) -> None:
    here, _, _ = pair
    digest = drafted(as_role(here, "administrator"))
    found = here.node.agreements.one(digest)
    assert found is not None
    assert (found.state, found.by) == ("draft", "administrator")
    peer = peer_of(here, "HL-SHP")
    assert found.gives("AM-KHG") == peer.terms
    assert documents.problems(found.document) == []
    assert "Of no record more or less would be shown than now" in words(
        as_role(here, "reader").get(f"/agreements/preview?agreement={digest}").text
    )


def test_everything_that_is_wrong_is_named_and_what_was_typed_stays(pair: Pair) -> None:
    boss = as_role(pair[0], "administrator")
    form = typed(boss, valid_from="2025-06-09", valid_until="2025-06-01")
    form.add("people AM-KHG", "1")
    answer = boss.post("/agreements", data=form)
    assert answer.status_code == 422
    page = words(answer.text)
    assert documents.BACKWARDS in page
    assert documents.PEOPLE_NOWHERE in page
    assert 'value="2025-06-09"' in answer.text
    odd = typed(boss, **{"embargo AM-KHG": "1e9", "legal_basis": "", "valid_from": "soon"})
    odd["onward AM-KHG"], odd["nodes AM-KHG"] = "some", "nobody"
    page = words(boss.post("/agreements", data=odd).text)
    told = page.partition("mended first:")[2].partition("Name of")[0]
    for name in ("AM-KHG: Embargo in days", "Legal basis", "From", "AM-KHG: May be passed on to"):
        assert f"{name} :" in told or f"{name}:" in told, told
    assert pair[0].node.agreements.of() == []


def test_the_way_from_a_draft_to_force_is_on_the_pages_and_nobody_signs_unseen(pair: Pair) -> None:
    here, there, line = pair
    digest = drafted(as_role(here, "administrator"), **{"embargo AM-KHG": "30"})
    boss = as_role(here, "administrator")
    assert act(boss, f"/agreements/{digest}/sign").status_code == 422
    assert "waits for the other side" in words(act(boss, f"/agreements/{digest}/sign", seen="1").text)
    settle(line)
    other = as_role(there, "administrator")
    assert "waits for our signature" in words(other.get("/agreements").text)
    assert "/agreements" in other.get("/alarms").text
    assert "I have seen what would leave" in words(other.get(f"/agreements/preview?agreement={digest}").text)
    assert "in force" in words(act(other, f"/agreements/{digest}/sign", seen="1").text)
    settle(line)
    page = words(as_role(here, "reader").get(f"/agreements/{digest}").text)
    assert "in force" in page
    assert "30 days after the encounter" in page
    assert "administrator signed" in page


def test_only_an_administrator_drafts_signs_declines_ends_and_forgets(pair: Pair) -> None:
    here, _, _ = pair
    digest = drafted(as_role(here, "administrator"))
    for role in ("reader", "operator", "reviewer"):
        somebody = as_role(here, role)
        assert somebody.get("/agreements").status_code == 200
        assert somebody.get(f"/agreements/preview?agreement={digest}").status_code == 200
        assert '<form method="post" action="/agreements' not in somebody.get(f"/agreements/{digest}").text
        for deed in ("sign", "decline", "end", "drop"):
            assert act(somebody, f"/agreements/{digest}/{deed}", reason="x", seen="1").status_code == 403
        assert act(somebody, "/agreements").status_code == 403
        assert somebody.get("/agreements/new?peer=HL-SHP").status_code == 403
    found = here.node.agreements.one(digest)
    assert found is not None
    assert found.state == "draft"
    act(as_role(here, "administrator"), f"/agreements/{digest}/drop")
    assert here.node.agreements.of() == []


def test_it_is_ended_with_a_reason_that_the_other_side_reads(pair: Pair) -> None:
    here, there, line = pair
    digest = signed(pair)
    boss = as_role(here, "administrator")
    assert "A reason is needed" in words(act(boss, f"/agreements/{digest}/end", reason=" ").text)
    assert "ended" in words(act(boss, f"/agreements/{digest}/end", reason="<b>New law</b>").text)
    settle(line)
    page = as_role(there, "reader").get(f"/agreements/{digest}").text
    assert "New law" in page
    assert "<b>New law" not in page
    assert "none: nothing leaves" in words(as_role(there, "reader").get("/agreements").text)


def test_a_request_to_forget_waits_on_the_page_and_says_that_nobody_can_be_forced(pair: Pair) -> None:
    here, there, line = pair
    write(here, banding())
    settle(line)
    signed(pair, **{"groups AM-KHG 0": "area"})
    reader, boss = as_role(there, "reader"), as_role(there, "administrator")
    assert "AM-KHG asks to forget" in words(reader.get("/agreements").text)
    assert "Nobody can force a station of another country" in words(reader.get("/agreements").text)
    asked = words(as_role(here, "reader").get("/agreements").text)
    assert "nobody can force it" in asked
    about = "banding: a mark put on (Sensitivity 0), recovery: a later encounter (Sensitivity 0)"
    assert f"{about}: measurements, exact place" in asked
    assert about in words(reader.get("/agreements").text)
    (letter,) = there.node.letters.received("forget", "new")
    assert "A reason is needed" in words(act(boss, f"/agreements/forget/{letter.uuid}", deed="keep").text)
    assert "Forgotten: 1 entries" in words(act(boss, f"/agreements/forget/{letter.uuid}", deed="forget").text)
    assert "answered already" in words(act(boss, f"/agreements/forget/{letter.uuid}", deed="forget").text)
    settle(line)
    assert "forgotten, says the other side" in words(as_role(here, "reader").get("/agreements").text)
    assert f"{about}: forgotten" in words(reader.get("/agreements").text)


def test_the_ledger_says_what_left_under_which_agreement_line_by_line_and_as_a_file(pair: Pair) -> None:
    here, _, line = pair
    (uuid,) = write(here, banding())
    settle(line)
    digest = signed(pair, **{"groups AM-KHG 0": "area"})
    write(here, banding("XC 345613"))
    settle(line)
    reader = as_role(here, "reader")
    page = words(reader.get("/peers/HL-SHP/left").text)
    assert "standard terms" in page
    assert digest[:16] in page
    rows = list(csv.DictReader(io.StringIO(reader.get("/peers/HL-SHP/left.csv").text)))
    assert {row["people"] for row in rows} == {"0"}
    assert {row["agreement"] for row in rows} == {"", digest}
    assert sum(int(row["place"]) for row in rows) == 1
    log = here.node.publisher.log
    assert "exact place" in words(reader.get(f"/peers/HL-SHP/left?log={log}&number=1").text.rpartition("<form")[2])
    number = here.node.ledger.have()[log]
    last = words(reader.get(f"/peers/HL-SHP/left?log={log}&number={number}").text.rpartition("<form")[2])
    assert "place rounded to 0.1 degree" in last
    assert "exact place" not in last
    for odd in ("0", "-1", "x", "9" * 30, "٣"):
        assert "Nothing of this entry has left" in words(reader.get(f"/peers/HL-SHP/left?log={log}&number={odd}").text)
    assert "HL-SHP" in words(reader.get(f"/records/{uuid}").text)


def test_the_preview_answers_a_program_in_json(pair: Pair) -> None:
    here, _, _ = pair
    write(here, banding())
    here.node.publisher.publish()
    reader = as_role(here, "reader")
    path = "/agreements/preview?peer=HL-SHP"
    for told in (reader.get(f"{path}&format=json").json, reader.get(path, headers={"Accept": "application/json"}).json):
        assert told is not None
        assert told["peer"] == "HL-SHP"
        assert told["examples"][0]["groups"]["core"]["ring"] == "XC 345612"


@pytest.mark.parametrize(
    "path",
    ["/agreements/0", "/agreements/preview", "/agreements/preview?peer=XX-YYY", "/agreements/preview?agreement=0",
     "/agreements/new?peer=XX-YYY", "/agreements/new?like=0", "/peers/XX-YYY/left", "/peers/XX-YYY/left.csv"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(pair: Pair, path: str) -> None:
    assert as_role(pair[0], "administrator").get(path).status_code == 404


def test_the_pages_speak_three_languages(pair: Pair) -> None:
    here, _, line = pair
    write(here, banding())
    settle(line)
    digest = drafted(as_role(here, "administrator"))
    boss = as_role(here, "administrator")
    paths = ("/agreements", f"/agreements/{digest}", f"/agreements/preview?agreement={digest}",
             "/agreements/new?peer=HL-SHP", "/peers/HL-SHP/left")  # fmt: skip
    for path in paths:
        seen = set()
        for language in ("en", "zh", "ru"):
            act(boss, "/language", language=language)
            seen.add(words(boss.get(path).text.partition("<main")[2]))
        assert len(seen) == 3, path


def test_a_draft_begins_with_the_names_of_both_parties_in_the_language_of_the_page_and_in_english(pair: Pair) -> None:
    boss = as_role(pair[0], "administrator")
    act(boss, "/language", language="ru")
    page = boss.get("/agreements/new?peer=HL-SHP").text
    assert 'value="Хинганский заповедник / Khingansky Zapovednik"' in page
    act(boss, "/language", language="en")
    assert 'value="Khingansky Zapovednik"' in boss.get("/agreements/new?peer=HL-SHP").text
