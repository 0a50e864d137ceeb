// On every page: the reader's choice of light or dark, and the service worker.

try {
  // The documents have the switch; the other pages follow it.
  document.body.dataset.theme ||= localStorage.getItem("theme") ?? "auto";
} catch {
  // A browser that keeps nothing has no choice to follow.
}

const { serviceWorker } = navigator;
if (serviceWorker) {
  const worker = new URL("service_worker.js", import.meta.url);
  // A worker that has just begun keeps what was loaded before it.
  serviceWorker.addEventListener("controllerchange", () => {
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    serviceWorker.controller.postMessage([location.href.split("#")[0], ...loaded]);
  });
  // Where a browser refuses, as in a private window, the site works without.
  addEventListener("load", () => serviceWorker.register(worker).catch(() => {}));
}
