from tests.web.browser.test_grid import *
from tests.web.browser.test_grid import sheet
def test_dbg(sheet, station):
    paste(sheet, f"ring\tspecies\tcolour of socks\n{ring(12)}\t{SPECIES}\tred\n")
    sheet.get_by_role("button", name="Save all").click()
    sheet.locator("thead select").select_option("core.other_marks")
    print(cells(sheet,1))
    sheet.get_by_role("button", name="Save all").click()
    sheet.wait_for_timeout(1500)
    print(sheet.locator("#sheet tbody").inner_html()[:3000])
    print(sheet.locator("#told").inner_text(), len(kept(station)))
    assert 0
