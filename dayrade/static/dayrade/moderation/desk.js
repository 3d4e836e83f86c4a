// The moderation desk: which message is looked at, what is done about it, and what others do.

import { render } from "../../vendor/lit-html/lit-html.js";
import { Server } from "./server.js";
import { bindKeys } from "./keys.js";
import { ACTS, counted } from "./words.js";
import * as views from "./views.js";

const POLL_MS = 1000;
const RETRY_MS = 5000;
const SETTLE_MS = 120;
const KNOWN_MS = 30_000;
const MINUTES = 60;
const NARROW = matchMedia("(max-width: 1023px)");

const root = document.getElementById("moderation");
const part = (name) => document.getElementById(`mod-${name}`);
const { queue, news, message, acts, login } = root.dataset;

class Desk {
  rows = new Map();
  order = { reported: [], newest: [] };
  marked = new Set();
  current = null;
  details = null;
  asked = null;
  more = false;
  loaded = false;
  fresh = { messages: 0, reported: new Set() };
  known = new Map();
  server = new Server({ queue, news, message, acts }, root.dataset.csrf);
  keysOn = localStorage.getItem("moderation-keys") !== "off";

  constructor() {
    const asked = new URLSearchParams(location.search);
    this.query = { view: asked.get("view") ?? "reported" };
    for (const name of ["tournament", "person"]) {
      if (asked.get(name)) this.query[name] = asked.get(name);
    }
  }

  get ids() {
    return [...this.order.reported, ...this.order.newest];
  }

  draw({ focus = false } = {}) {
    render(views.queue(this), part("queue"));
    render(views.detail(this), part("detail"));
    render(views.fresh(this), part("fresh"));
    render(views.legend(this), part("legend"));
    this.drawQuery();
    if (focus) this.focus();
  }

  drawQuery() {
    for (const tab of document.querySelectorAll("[data-view]")) {
      tab.setAttribute("aria-pressed", tab.dataset.view === this.query.view);
    }
    part("tournament").value = this.query.tournament ?? "";
    part("person").hidden = !this.query.person;
    const one = this.ids.map((id) => this.rows.get(id)).find((row) => row.author.id === this.query.person);
    part("person").textContent = `Only ${one?.author.name ?? "one person"} ✕`;
  }

  /** The message on its own hides the queue where there is no room for both. */
  get isOnItsOwn() {
    return NARROW.matches && document.body.classList.contains("mod-open");
  }

  focus() {
    const chosen = document.querySelector(`.mod-row[data-id="${this.current}"]`);
    part("queue").inert = this.isOnItsOwn;
    if (this.isOnItsOwn) part("detail").querySelector(".mod-back")?.focus();
    else chosen?.focus();
  }

  say(text) {
    part("outcome").textContent = text;
  }

  // What is looked at

  async load({ focus = false } = {}) {
    const found = await this.guarded(() => this.server.queue(this.query));
    if (!found) return;
    const asked = (this.asked?.ids ?? []).map((id) => this.rows.get(id));
    this.order = { reported: [], newest: [] };
    this.rows = new Map();
    this.take(found);
    // The dialog stays open over a queue that has moved on.
    for (const row of asked) if (!this.rows.has(row.id)) this.rows.set(row.id, row);
    this.marked = new Set([...this.marked].filter((id) => this.rows.has(id)));
    this.fresh = { messages: 0, reported: new Set() };
    this.since = found.at;
    this.loaded = true;
    if (!this.rows.has(this.current)) this.current = this.ids[0] ?? null;
    this.count(found.waiting);
    this.draw({ focus });
    this.look();
  }

  count(waiting) {
    part("waiting").textContent = waiting ? `(${waiting > 1000 ? "1,000+" : waiting})` : "";
  }

  /** Read the rows anew where they stand: nothing moves. */
  async renew() {
    const found = await this.guarded(() => this.server.queue(this.query));
    if (!found) return;
    this.learn([...found.reported, ...found.newest].map((row) => ({ row })));
    this.draw();
  }

  take(found) {
    for (const name of ["reported", "newest"]) {
      for (const row of found[name]) {
        const isNew = !this.rows.has(row.id);
        this.rows.set(row.id, row);
        if (isNew) this.order[name].push(row.id);
      }
    }
    const last = found.newest.at(-1);
    this.oldest = last ? { at: last.at, id: last.id } : this.oldest;
    this.more = found.more;
  }

  async older() {
    const next = this.ids.length;
    const found = await this.guarded(() => this.server.queue({ ...this.query, ...this.oldest }));
    if (!found) return;
    this.take(found);
    if (this.ids.length > next) this.pick(this.ids[next]);
    else this.draw();
  }

  async refresh() {
    const { messages, reported } = this.fresh;
    await this.load({ focus: true });
    if (messages || reported.size) this.say("The queue shows what is new.");
  }

  show(changes) {
    this.query = { ...this.query, ...changes };
    for (const name of Object.keys(this.query)) if (!this.query[name]) delete this.query[name];
    history.replaceState(null, "", `?${new URLSearchParams(this.query)}`);
    this.marked.clear();
    this.current = null;
    this.load({ focus: true });
  }

  only() {
    const row = this.rows.get(this.current);
    if (row) this.show({ person: row.author.id, view: "newest" });
  }

  pick(id, { open = false } = {}) {
    this.current = id;
    if (open) document.body.classList.add("mod-open");
    this.draw({ focus: true });
    this.look();
  }

  move(step) {
    const at = this.ids.indexOf(this.current);
    const next = this.ids[at + step];
    if (next) this.pick(next);
    else if (step > 0 && this.more) this.older();
    else this.focus();
  }

  close() {
    document.body.classList.remove("mod-open");
    this.focus();
  }

  /** Read what stands beside the message, once nobody moves on any more. */
  look() {
    clearTimeout(this.settling);
    this.reading?.abort();
    const id = this.current;
    if (!id) return;
    this.settling = setTimeout(async () => {
      this.reading = new AbortController();
      const found = await this.guarded(() => this.server.message(id, this.reading.signal));
      if (!found || this.current !== id) return;
      this.details = found;
      this.rows.set(id, found.row);
      this.draw();
    }, SETTLE_MS);
  }

  mark(id, event) {
    event?.stopPropagation();
    if (!this.marked.delete(id)) this.marked.add(id);
    this.current = id;
    this.draw({ focus: true });
    this.look();
  }

  unmark() {
    this.marked.clear();
    this.draw({ focus: true });
  }

  // What is done

  open(name, ids = null) {
    const wanted = ids ?? (ACTS[name].bulk && this.marked.size ? [...this.marked] : [this.current]);
    const able = wanted.filter((id) => this.rows.get(id)?.can.includes(name));
    if (!able.length) {
      this.say(wanted[0] ? `${ACTS[name].name}: this cannot be done here.` : "Choose a message.");
      return;
    }
    this.asked = { act: name, ids: able, reason: "", minutes: MINUTES, error: "", busy: false };
    this.acknowledge();
    this.drawDialog();
    part("dialog").showModal();
    part("dialog").querySelector(".mod-reasons button").focus();
  }

  /** Decide on the messages as they are now: what is read meanwhile, nobody has been told. */
  acknowledge() {
    const { ids } = this.asked;
    this.asked.seen = new Map(ids.map((id) => [id, this.rows.get(id).seen]));
  }

  drawDialog() {
    render(views.dialog(this), part("dialog"));
  }

  choose(number) {
    const reason = ACTS[this.asked.act].reasons[number];
    if (!reason) return;
    this.typed(reason);
    part("confirm").focus();
  }

  typed(reason) {
    this.asked.reason = reason;
    this.drawDialog();
  }

  cancel() {
    part("dialog").close();
  }

  closed() {
    this.asked = null;
    this.drawDialog();
    this.draw({ focus: true });
  }

  async submit(event) {
    event.preventDefault();
    const asked = this.asked;
    if (asked.busy) return;
    const form = new FormData(event.target);
    asked.minutes = Number(form.get("minutes") ?? MINUTES);
    if (!asked.reason.trim()) {
      this.refuse("Give a reason.");
      part("reason").focus();
      return;
    }
    Object.assign(asked, { busy: true, error: "", link: null });
    this.drawDialog();
    try {
      if (form.has("also")) await this.send("hide", asked, form);
      const results = await this.send(asked.act, asked, form);
      this.finish(asked, results);
    } catch (refusal) {
      this.learn(refusal.results ?? []);
      // Whoever has closed the dialog meanwhile is told beside the queue.
      if (this.asked !== asked) return this.say(refusal.message);
      if (refusal.results?.length) this.acknowledge();
      if (refusal.kind === "ended") asked.link = login;
      this.refuse(refusal.message);
    }
  }

  refuse(said) {
    Object.assign(this.asked, { busy: false, error: said });
    this.drawDialog();
    this.draw();
  }

  async send(act, asked, form) {
    const { results } = await this.server.act({
      act,
      reason: asked.reason,
      minutes: asked.minutes,
      everywhere: form.has("everywhere"),
      messages: asked.ids.map((id) => ({ id, seen: asked.seen.get(id) })),
    });
    this.learn(results);
    return results;
  }

  learn(results) {
    for (const { row } of results) if (row && this.rows.has(row.id)) this.rows.set(row.id, row);
  }

  finish(asked, results) {
    const refused = results.filter((one) => one.error);
    const done = results.length - refused.length;
    for (const id of asked.ids) this.marked.delete(id);
    for (const one of refused) this.marked.add(one.id);
    const what = asked.ids.length > 1 ? `: ${counted(done, "message")}` : ".";
    const left = refused.length ? ` ${refused.length} left selected: ${refused[0].message}` : "";
    const said = `${ACTS[asked.act].done}${what}${left}`;
    if (this.asked !== asked) {
      this.say(said);
      this.draw();
      return;
    }
    const place = this.ids.indexOf(asked.ids.at(-1));
    this.current = this.ids[place + 1] ?? this.ids[place];
    // Once the queue shows it and has the focus back.
    part("dialog").addEventListener("close", () => this.say(said), { once: true });
    part("dialog").close();
    this.look();
  }

  // What others do

  async poll() {
    let pause = POLL_MS;
    if (document.visibilityState === "visible" && this.loaded) {
      try {
        const newest = this.rows.get(this.newest());
        const found = await this.server.news({
          ...this.query,
          since: this.since,
          known: [...this.known.keys()].join(","),
          ...(newest && { at: newest.at, id: newest.id }),
        });
        this.alarm(null);
        this.hear(found);
      } catch (refusal) {
        pause = RETRY_MS;
        this.alarm(refusal);
      }
    }
    setTimeout(() => this.poll(), pause);
  }

  newest() {
    const { newest, reported } = this.order;
    return newest[0] ?? reported[0];
  }

  hear(found) {
    const at = Date.now();
    for (const [id, heard] of this.known) if (at - heard > KNOWN_MS) this.known.delete(id);
    for (const one of found.decisions) this.known.set(one.id, at);
    for (const id of found.reports) this.known.set(id, at);
    this.since = found.at;
    this.count(found.waiting);
    if (found.stale) return void this.load();
    const before = this.fresh.messages;
    this.fresh.messages = found.new;
    let hasChanged = before !== found.new;
    for (const row of found.rows) {
      hasChanged = true;
      if (this.rows.has(row.id)) this.rows.set(row.id, row);
      else if (row.reports.length && this.isWanted(row)) this.fresh.reported.add(row.id);
      if (!row.reports.length) this.fresh.reported.delete(row.id);
    }
    for (const one of found.decisions) if (!one.own) this.tell(one);
    const row = this.rows.get(this.current);
    const touched = found.rows.some(({ id }) => id === this.current);
    if (row && (touched || found.people.includes(row.author.id))) this.look();
    // What was done to a person shows beside all that they have said.
    if ([...this.rows.values()].some(({ author }) => found.people.includes(author.id))) this.renew();
    if (hasChanged) this.draw();
  }

  isWanted(row) {
    const { view, tournament, person } = this.query;
    return view === "reported" && !person && (!tournament || tournament === row.tournament.id);
  }

  tell(one) {
    const row = this.rows.get(one.message) ?? [...this.rows.values()].find(({ author }) => author.id === one.person);
    if (!row) return;
    const whom = one.message ? `a message of ${row.author.name}` : row.author.name;
    const said = `${one.by} ${one.what} ${whom}${one.why ? `: ${one.why}` : "."}`;
    this.say(said);
    // Whoever is about to decide the same sees it before they do.
    if (this.asked?.busy || !this.asked?.ids.includes(row.id)) return;
    this.acknowledge();
    this.refuse(said);
  }

  alarm(refusal) {
    const said = refusal?.message ?? "";
    if (part("alarm").dataset.said === said) return;
    part("alarm").dataset.said = said;
    part("alarm").hidden = !said;
    part("alarm-text").textContent = said;
    part("alarm-link").hidden = refusal?.kind !== "ended";
    part("live").textContent = said ? "Not live" : "Live";
  }

  /** Do something at the server; what goes wrong is said, and nothing is lost. */
  async guarded(does) {
    try {
      return await does();
    } catch (refusal) {
      if (refusal.name !== "AbortError") this.alarm(refusal);
      return null;
    }
  }

  turnKeys(on) {
    this.keysOn = on;
    localStorage.setItem("moderation-keys", on ? "on" : "off");
  }
}

const desk = new Desk();
root.querySelector("#mod-fallback").remove();
part("desk").hidden = false;
part("dialog").addEventListener("close", () => desk.closed());
part("tournament").addEventListener("change", (event) => desk.show({ tournament: event.target.value }));
part("person").addEventListener("click", () => desk.show({ person: "" }));
for (const tab of document.querySelectorAll("[data-view]")) {
  tab.addEventListener("click", () => desk.show({ view: tab.dataset.view }));
}
bindKeys(desk);
await desk.load({ focus: true });
desk.poll();
