// On every page: the reader's choice of light or dark, and the service worker.

try {
  // The documents have the switch; the other pages follow it.
  document.body.dataset.theme ||= localStorage.getItem("theme") ?? "auto";
} catch {
  // A browser that keeps nothing has no choice to follow.
}

if (navigator.serviceWorker) {
  const root = new URL("./", import.meta.url);
  addEventListener("load", async () => {
    try {
      await navigator.serviceWorker.register(new URL("service_worker.js", root));
    } catch {
      return; // as in a private window: the site works without
    }
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    active.postMessage([location.href.split("#")[0], ...loaded]);
  });
}
