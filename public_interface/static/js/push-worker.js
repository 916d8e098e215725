// Shows what is pushed, and opens what it is about. It answers no requests: pages load as without it.
addEventListener("install", () => skipWaiting());

addEventListener("push", (event) => {
  const { title, body, url = "/account/notices", tag } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, tag, data: url, icon: "/favicon.ico" }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

async function open(url) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === url);
  return there ? there.focus() : clients.openWindow(url);
}
