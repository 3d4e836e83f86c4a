// Push messages in this browser.

const WORKER = "/push-worker.js";

/** Tell whether this browser can take them. */
export const canPush = () => "serviceWorker" in navigator && "PushManager" in window;

/** Return this browser's subscription, or null. */
export async function subscribed() {
  if (!canPush()) return null;
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** Subscribe this browser with the site's key; the browser asks its person first. */
export async function subscribe(key) {
  const worker = await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** Take no more: whoever uses the browser next must not read what was meant for the last one. */
export async function unsubscribe() {
  await (await subscribed())?.unsubscribe();
}
