// The driver's shell: its page and what that is made of, as this build has them, for a reload where there is no signal. It keeps no data.
// The build writes the two names below.
const version = '__VERSION__';
const files = __FILES__;

const cache = `driver-${version}`;
const patience = 3000; // ms for a cloud that neither answers nor refuses

self.addEventListener('install', (e) => {
	e.waitUntil(
		caches
			.open(cache)
			.then((c) => c.addAll(files.map((f) => new Request(f, { cache: 'reload' }))))
			.then(() => self.skipWaiting()),
	);
});

self.addEventListener('activate', (e) => {
	const old = caches.keys().then((names) => names.filter((n) => n.startsWith('driver-') && n !== cache));
	e.waitUntil(old.then((names) => Promise.all(names.map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (e) => {
	const url = new URL(e.request.url);
	if (e.request.method !== 'GET' || url.origin !== location.origin) return;
	if (url.pathname.startsWith('/assets/') || url.pathname === '/favicon.svg') e.respondWith(kept(url.pathname).then((r) => r ?? fetch(e.request)));
	else if (e.request.mode === 'navigate' && url.pathname === '/driver') e.respondWith(page(e.request));
});

const kept = (path) => caches.open(cache).then((c) => c.match(path));

/** page is the cloud's own while it answers, for it may be newer; else the one that was kept. */
async function page(request) {
	try {
		const answer = await fetch(request, { signal: AbortSignal.timeout(patience) });
		if (answer.status < 500) return answer;
		return (await kept('/driver')) ?? answer;
	} catch (lost) {
		const shell = await kept('/driver');
		if (shell) return shell;
		throw lost;
	}
}
