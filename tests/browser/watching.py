"""What a page does that no page of ours may do, heard in the browser."""

import re

from playwright.sync_api import Error

# Whatever runs says so; the browser says what the policy has stopped.
LISTEN = """
    window.x = (number) => console.error(`payload ${number} has run`);
    addEventListener("securitypolicyviolation", (event) => console.error(
        `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# What a payload has made though nothing ran: elements and attributes that only it brings.
LOOK = r"""() => {
    const ours = /x\(\d+\)|\/x\d+/;
    // The frame in which an e-mail is shown brings its policy along.
    const own = /^default-src 'none'/;
    const acts = /^(on|x-|@|:|hx-|srcdoc$|style$)/;
    const leads = new Set(["href", "src", "action", "formaction", "data", "xlink:href"]);
    const made = [];
    for (const each of document.querySelectorAll("*")) {
        const name = each.tagName.toLowerCase();
        const steers = name === "meta" && each.httpEquiv && !own.test(each.content);
        if (name === "base" || steers) made.push(name);
        if (/^(script|style|object|embed)$/.test(name) && !each.src
            && each.type !== "application/json" && ours.test(each.textContent)) made.push(name);
        for (const { name: key, value } of each.attributes) {
            if (acts.test(key) && key !== "srcdoc" && ours.test(value)) made.push(`${name} ${key}`);
            if (leads.has(key) && /^[\x00-\x20]*(java\s*script|data:(?!image)|vbscript)/i.test(
                value.replace(/[\t\n\r]/g, ""))) made.push(`${name} ${key}=${value}`);
            if (leads.has(key) && /^(\/\/|\/x\d)/.test(value)) made.push(`${name} ${key}=${value}`);
        }
    }
    const values = [...document.querySelectorAll("input, textarea")].map((each) => each.value);
    const options = [...document.querySelectorAll("option")].map((each) => each.text);
    return { made, shown: [document.body.innerText, ...values, ...options].join("\n") };
}"""


class Watch:
    """Listens to a page; `heard` is everything that is no harmless page's."""

    def __init__(self, page, own, heard=None):
        self.page = page
        self.own = own
        self.heard = [] if heard is None else heard
        page.add_init_script(LISTEN)
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _dialog(self, dialog):
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.heard.append(f"console: {message.text}")

    def _request(self, request):
        own = request.url.startswith((f"{self.own}/", "data:image/", "blob:", "about:"))
        if not own or re.search(r"/x\d+$", request.url):
            self.heard.append(f"asked for: {request.url}")

    def _response(self, response):
        if response.status >= 400:
            self.heard.append(f"{response.status}: {response.url}")

    def look(self):
        """Return the text that the page shows; hear what a payload has made of it."""
        texts = []
        for frame in self.page.frames:
            try:
                found = evaluated(frame)
            except Error as error:
                # The page is on its way to where a payload leads.
                self.heard.append(f"lost: {error.message}")
                continue
            self.heard += [f"made: {each}" for each in found["made"]]
            texts.append(found["shown"])
        return "\n".join(texts)


def evaluated(frame):
    """Look at a frame; one inside a page may just be given what it shows."""
    try:
        return frame.evaluate(LOOK)
    except Error:
        if frame.parent_frame is None:
            raise
        frame.wait_for_load_state()
        return frame.evaluate(LOOK)
