// Shows push messages, also while no page is open. It lies at the root: a worker serves the pages
// below its own address.

self.addEventListener("push", (event) => {
  const told = event.data.json();
  const shown = self.registration.showNotification(told.title, {
    body: told.message,
    tag: told.id,
    data: told.action_url,
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(own(event.notification.data)));
});

/** Return an address of this site, and that of the notices for any other. */
function own(text) {
  const notices = new URL("/notifications", self.location.origin);
  try {
    const found = new URL(text ?? notices, self.location.origin);
    return found.origin === self.location.origin ? found.href : notices.href;
  } catch {
    return notices.href;
  }
}
