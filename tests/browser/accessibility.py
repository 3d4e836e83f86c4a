"""What axe finds on a page that a keyboard or a screen reader cannot use."""

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
BARRING = {"serious", "critical"}
# What is still fading in has a contrast that nobody chose.
AT_REST = """document.getAnimations().forEach((each) =>
    each.effect.getComputedTiming().endTime === Infinity ? each.cancel() : each.finish())"""


def violations(page):
    """Return a line for each element that is a serious or a critical barrier, and why."""
    page.evaluate(AT_REST)
    found = AXE.run(page).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {' '.join(map(str, node['target']))}"
        f" ({'; '.join(said['message'] for said in node['any'] + node['all'] + node['none'])})"
        for rule in found
        if rule["impact"] in BARRING
        for node in rule["nodes"]
    ]
