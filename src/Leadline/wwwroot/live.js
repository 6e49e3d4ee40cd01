// What is new, announced while a page is open, and put in its place when somebody asks. The page is whole without it.

const region = document.querySelector("#live [role=status]");
const show = document.querySelector("#live button");
let source;
let version;
let lastFocus;
const seen = new Set();
let fresh = [];

function listen() {
  if (source || document.hidden) return;
  const environment = new URLSearchParams(location.search).get("environment");
  source = new EventSource("/api/v1/stream" + (environment ? "?environment=" + encodeURIComponent(environment) : ""));
  source.addEventListener("news", event => hear(JSON.parse(event.data)));
}

// A browser opens few connections to a server: a page that nobody looks at gives its own back.
function rest() {
  source?.close();
  source = undefined;
}

function hear(news) {
  const known = version;
  if (news.version === known) return;
  version = news.version;
  const found = [
    ...news.deployments.map(one => ["deployment", one.service + "/" + one.deployment_id, one.service + (one.version ? " " + one.version : "")]),
    ...news.incidents.map(one => ["incident", one.service + "/" + one.id, one.service + (one.title ? ": " + one.title : "")]),
  ].filter(([kind, id]) => !seen.has(kind + id));
  for (const [kind, id] of found) seen.add(kind + id);
  if (known === undefined) return;
  fresh = [...found, ...fresh];
  region.textContent = words();
  show.hidden = false;
}

function words() {
  const of = kind => fresh.filter(one => one[0] === kind);
  const said = ["deployment", "incident"].filter(kind => of(kind).length > 0)
    .map(kind => `${of(kind).length} new ${kind}${of(kind).length === 1 ? "" : "s"}: ${of(kind)[0][2]}${of(kind).length === 1 ? "" : " and more"}`);
  return said.length > 0 ? said.join(", ") : "The numbers have changed";
}

// Where an element is in the page's content: the same place in the new one holds its successor.
function placeOf(element, main) {
  const place = [];
  for (let at = element; at && at !== main; at = at.parentElement) place.unshift([...at.parentElement.children].indexOf(at));
  return place;
}

function successor(element, main, place) {
  if (element.id) return document.getElementById(element.id);
  const href = element.getAttribute("href");
  const same = href && [...main.querySelectorAll("a[href]")].find(link => link.getAttribute("href") === href);
  if (same) return same;
  const found = place.reduce((at, index) => at?.children[index], main);
  return found?.tagName === element.tagName ? found : null;
}

async function refresh() {
  show.disabled = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.getElementById("main");
    const [x, y] = [scrollX, scrollY];
    const focused = lastFocus && main.contains(lastFocus) ? lastFocus : null;
    const place = focused && placeOf(focused, main);
    const open = [...main.querySelectorAll("details[open]")].map(details => placeOf(details, main));
    const typed = new Map([...main.querySelectorAll("form.filters [name]")].map(field => [field.name, field.value]));
    main.replaceChildren(...next.getElementById("main").childNodes);
    for (const at of open) {
      const details = at.reduce((node, index) => node?.children[index], main);
      if (details?.tagName === "DETAILS") details.open = true;
    }
    for (const field of main.querySelectorAll("form.filters [name]")) if (typed.has(field.name)) field.value = typed.get(field.name);
    document.title = next.title;
    fresh = [];
    region.textContent = "Shown.";
    show.hidden = true;
    const back = (focused && successor(focused, main, place)) ?? main;
    if (back === main) main.tabIndex = -1;
    back.focus({ preventScroll: true });
    scrollTo({ left: x, top: y, behavior: "instant" });
    document.dispatchEvent(new CustomEvent("leadline:refreshed"));
  } catch {
    region.textContent = "The server did not answer: try again.";
  } finally {
    show.disabled = false;
  }
}

if (region && show && "EventSource" in window) {
  show.addEventListener("click", refresh);
  document.addEventListener("focusin", event => { if (document.getElementById("main").contains(event.target)) lastFocus = event.target; });
  document.addEventListener("visibilitychange", () => document.hidden ? rest() : listen());
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);
  listen();
}
