/** The page as a whole: where I am (in the address), what Slack shows me there, and keeping both fresh. */

import { Refused, readSlack, readWorld, slackChanges } from "./api.js";
import { Chat } from "./chat.js";
import { BusinessClock } from "./clock.js";
import { Customer } from "./customer.js";
import { fill, h, inSight } from "./dom.js";
import { Hands } from "./hands.js";
import { Modal } from "./modal.js";
import { mrkdwn } from "./mrkdwn.js";
import { Processes } from "./processes.js";
import { seen } from "./seen.js";
import { Teams } from "./teams.js";
import { mountToasts, toast } from "./toasts.js";
import { lang, setLanguage, w } from "./words.js";

/** How often the customer's side is read again, and how long to wait after a failure, in milliseconds. */
const CUSTOMER_EVERY = 1_500;
const AGAIN_AFTER = 1_000;

/** Changes that come within this many milliseconds are read together. */
const GATHERED = 50;

const place = (id) => document.getElementById(id);
const asked = Object.fromEntries(new URLSearchParams(location.search));
const here = { as: "", room: "", tab: "", thread: "", ...asked };
setLanguage(here.lang ?? navigator.language.slice(0, 2));

const world = await readWorld();
here.as ||= world.seats[0].id;

const hands = new Hands(() => here.as, () => load().catch(away));
const chat = new Chat(hands, go);
const customer = new Customer((sentence) => hands.complain(sentence));
const clock = new BusinessClock();
const seatOf = (id) => world.seats.find((one) => one.id === id);
const teams = world.seats.some((one) => one.teams) && new Teams(
  () => seatOf(here.as).teams.id,
  new Map(world.seats.map((one) => [one.teams.id, one.teams.home])),
);
let now = null;
const modal = new Modal({
  pressIn: (view) => hands.pressInView(view),
  suggestIn: (view) => hands.suggestInView(view),
  typeIn: (view) => hands.typeIn(view),
  submit: (view, values) => hands.submit(view, values),
  close: (view) => hands.close(view),
}, () => now.context);

/** Move to another person, room or thread, and write it into the address. */
function go(change) {
  const other = change.as && change.as !== here.as;
  Object.assign(here, "room" in change ? { tab: "" } : {}, change);
  const said = Object.entries(here).filter(([, value]) => value);
  history.replaceState(null, "", `?${new URLSearchParams(said)}`);
  if (other) {
    told = null;
    now = null;
    load().catch(away);
    if (teams) teams.refresh().catch(away);
  } else if (now) show(now.state);
}

/** How many pushes and notices of this person were already told; null until the first look. */
let told = null;
let loading = null;
let again = false;

/** Read Slack's state and show it; calls that come meanwhile share one more reading. */
function load() {
  if (loading) {
    again = true;
    return loading;
  }
  loading = (async () => {
    do {
      again = false;
      const as = here.as;
      const state = await readSlack(as);
      if (as === here.as) show(state);
      else again = true;
    } while (again);
  })().finally(() => {
    loading = null;
  });
  return loading;
}

function show(state) {
  const { people, rooms, views, notices, notifications, appHome, home, shortcuts } = seen(state);
  const seat = seatOf(here.as);
  const named = (name) => rooms.find((r) => r.name === name);
  const room = named(here.room) ?? named(seat?.home) ?? rooms[0];
  const tz = people.get(here.as).tz;
  const byId = new Map(rooms.map((r) => [r.id, r]));
  const context = { me: here.as, app: state.app.user, people, rooms: byId, tz, shortcuts };
  now = { state, context };
  const seats = world.seats.map((one) => ({ ...people.get(one.id), title: one.title[lang()] }));
  const app = { ...appHome, view: home, tab: tabOf(appHome) };
  chat.show({ me: here.as, tz, context, seats, rooms, room, app, thread: here.thread });
  clock.inZone(tz);
  customer.inZone(tz);
  if (teams) teams.inZone(tz);
  modal.show(views);
  tell(notices, notifications, rooms);
}

/** The tab of the app that one is at, of those that it has; "" where it has none. */
function tabOf({ home_tab: home, messages_tab: messages }) {
  const there = [home && "home", messages && "messages"].filter(Boolean);
  return there.includes(here.tab) ? here.tab : there[0] ?? "";
}

/** Toasts for what has come since the last look: pushes, and what Slack itself complains of. */
function tell(notices, notifications, rooms) {
  const before = told ?? { pushes: notifications.length, notices: notices.length };
  told = { pushes: notifications.length, notices: notices.length };
  for (const push of notifications.slice(before.pushes)) {
    const room = rooms.find((r) => r.id === push.channel);
    const message = room.messages.find((m) => m.ts === push.ts);
    toast(
      "push",
      `${room.direct ? "@" : "#"}${room.name}`,
      h("span", {}, mrkdwn(push.text, now.context)),
      () => go({ room: room.name, tab: room.isApp ? "messages" : "", thread: message?.thread_ts ?? "" }),
    );
  }
  for (const notice of notices.slice(before.notices)) toast("fault", notice.text);
}

/** Say that the sandbox does not answer; a fault of this page is no such thing and goes on. */
function away(error) {
  if (!(error instanceof Refused)) throw error;
  place("trouble").textContent = w("app.disconnected");
  place("trouble").hidden = false;
}

/** Follow Slack's news for good; while the sandbox is away, say so and try again. */
async function follow() {
  for (let version = -1; ; ) {
    await inSight();
    try {
      version = (await slackChanges(version)).version;
      await load();
      place("trouble").hidden = true;
      await new Promise((wake) => setTimeout(wake, GATHERED));
    } catch (error) {
      away(error);
      version = -1;
      await new Promise((wake) => setTimeout(wake, AGAIN_AFTER));
    }
  }
}

function drawFrame() {
  document.title = w("app.title");
  place("team").textContent = world.team;
  place("make-believe").textContent = w("app.make_believe");
  place("side").setAttribute("aria-label", w("nav.rooms"));
  place("customer").setAttribute("aria-label", w("customer.title"));
  place("languages").setAttribute("aria-label", w("nav.language"));
  fill(place("languages"), languageButton("en", "English"), languageButton("ja", "日本語"));
  place("tabs").setAttribute("aria-label", w("nav.panes"));
  fill(place("tabs"), tab("chat", "💬"), teams && tab("teams", "🟣"), tab("customer", "🙋"), tab("time", "🕘"));
  turnTo("chat");
}

/** The page is drawn anew in the other language; where one stands is in the address. */
function languageButton(code, name) {
  const speak = () => {
    go({ lang: code });
    location.reload();
  };
  return h("button", {
    type: "button",
    lang: code,
    "aria-pressed": String(lang() === code),
    data: { testid: `lang-${code}` },
    on: { click: speak },
  }, name);
}

/** A button of the bar that turns the panes of a phone. */
function tab(name, sign) {
  return h("button", {
    type: "button",
    data: { testid: `tab-${name}`, tab: name },
    on: { click: () => turnTo(name) },
  },
  h("span", { class: "tab-mark", "aria-hidden": "true" }, sign), w(`tab.${name}`));
}

function turnTo(name) {
  document.body.dataset.tab = name;
  for (const button of place("tabs").children) {
    button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  }
}

drawFrame();
mountToasts();
chat.mount(place("side"), place("main"));
customer.mount(place("customer"));
clock.mount(place("clock"));
if (teams) {
  document.body.classList.add("has-teams");
  place("teams").setAttribute("aria-label", w("teams.title"));
  teams.mount(place("teams"));
}
if (world.processes) new Processes().mount(place("processes"));
setInterval(() => document.hidden || customer.refresh(), CUSTOMER_EVERY);
await follow();
