// Keeps the files of one build, so that a second visit needs no network. The build writes its
// version in here, which changes with any file, and into version.txt, which each visit asks for.
const VERSION = "VERSION_OF_THE_BUILD";
const ROOT = new URL("./", self.location);
const OURS = `${ROOT.pathname} `; // a host may serve other sites, which have caches, too
const CACHE = OURS + VERSION;
const PYTHON = [/* FILES_OF_PYTHON */];
const ANSWER_MILLISECONDS = 2000; // a network that takes longer counts as none

let outdated = false;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

// A page names what it has loaded before this worker began.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(ROOT.href)) event.respondWith(answer(request));
});

async function takeOver() {
  const older = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function keep(addresses) {
  const python = addresses.some((address) => address.startsWith(`${ROOT}runtime/`));
  const wanted = new Set(addresses.filter((address) => address.startsWith(ROOT.href)));
  for (const name of python ? PYTHON : []) wanted.add(`${ROOT}${name}`);
  await Promise.all([...wanted].map(async (address) => {
    if (await kept(address)) return;
    const response = await fetch(address);
    if (response.status === 200 && !outdated) await put(address, response);
  }));
}

async function answer(request) {
  if (request.mode === "navigate") await compareVersions();
  const found = outdated ? undefined : await kept(request);
  if (found) return found;
  // The browser's own cache may be older than this build: have it asked for.
  const response = await fetch(request, { cache: "no-cache" });
  if (response.status === 200 && !outdated) await put(request, response.clone());
  return response;
}

function kept(request) {
  return caches.match(request, { cacheName: CACHE, ignoreSearch: true });
}

async function put(request, response) {
  const cache = await caches.open(CACHE);
  await cache.put(request, response);
}

async function compareVersions() {
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const response = await fetch(new URL("version.txt", ROOT), { cache: "no-store", signal });
    if (!response.ok || (await response.text()) === VERSION) return;
  } catch {
    return; // no network: what is kept is all there is
  }
  outdated = true;
  await caches.delete(CACHE);
  self.registration.update();
}
