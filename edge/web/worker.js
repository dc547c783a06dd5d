// The offline shell: the pages and what they are made of, as this build has them. It keeps no data and answers no question to the node.
// The build writes the two names below.
const version = '__VERSION__';
const files = __FILES__;

const cache = `awesome-${version}`;
const pages = files.filter((f) => !f.includes('.'));
const patience = 3000; // ms for a node that neither answers nor refuses

self.addEventListener('install', (e) => {
	e.waitUntil(
		caches
			.open(cache)
			.then((c) => c.addAll(files.map((f) => new Request(f, { cache: 'reload' }))))
			.then(() => self.skipWaiting()),
	);
});

self.addEventListener('activate', (e) => {
	const old = caches.keys().then((names) => names.filter((n) => n.startsWith('awesome-') && n !== cache));
	e.waitUntil(old.then((names) => Promise.all(names.map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (e) => {
	const url = new URL(e.request.url);
	if (e.request.method !== 'GET' || url.origin !== location.origin) return;
	if (url.pathname.startsWith('/assets/')) e.respondWith(kept(url.pathname).then((r) => r ?? fetch(e.request)));
	else if (e.request.mode === 'navigate' && pages.includes(url.pathname)) e.respondWith(page(e.request, url.pathname));
});

const kept = (path) => caches.open(cache).then((c) => c.match(path));

/** page is the node's own while it answers, for it may be newer; else the one that was kept. */
async function page(request, path) {
	try {
		const answer = await fetch(request, { signal: AbortSignal.timeout(patience) });
		if (answer.status < 500) return answer;
		return (await kept(path)) ?? answer;
	} catch (lost) {
		const shell = await kept(path);
		if (shell) return shell;
		throw lost;
	}
}
