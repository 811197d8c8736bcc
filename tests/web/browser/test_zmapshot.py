"""x."""
import pytest
from tests.web.browser.test_map import *
@pytest.mark.usefixtures("birds")
def test_shot(at_the_desk):
    page = opened(at_the_desk); page.wait_for_timeout(500)
    page.screenshot(path="/tmp/w/r2/m1.png", full_page=True)
    page.goto("/returns/map?ring=XC345612"); page.wait_for_timeout(1200)
    box=box_of(page); page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2); page.wait_for_timeout(300)
    page.screenshot(path="/tmp/w/r2/m2.png", full_page=True)
