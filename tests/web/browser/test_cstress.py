import pytest
from tests.web.browser.test_drafts import page, PUT, FIELDS, records, queue
from tests.web.browser.conftest import *
from tests.web.conftest import *
from tests.web.conftest import _compiled
pytestmark = [pytest.mark.browser, pytest.mark.slow]
def test_stress(page, station):
    seen = set()
    def lose(route):
        import re
        ring = re.search(r"XC\+?(?:%20)? ?(\d+)", route.request.post_data).group(1)
        if ring in seen: return route.continue_()
        seen.add(ring); route.fetch(); route.abort()
    page.route("**/enter/banding", lose)
    for n in range(30):
        page.evaluate(PUT, [{**FIELDS, "core.ring": f"XC {345600+n}", "core.day": str(station.intake.today())}, 1])
    for _ in range(240):
        page.evaluate("dispatchEvent(new Event('online'))"); page.wait_for_timeout(500)
        if all(e["state"]=="node" for e in queue(page)): break
    print(sorted({e["state"] for e in queue(page)}), len(records(station)))
    got=[r.core["ring"] for r in records(station)]
    assert len(got)==len(set(got))==30
