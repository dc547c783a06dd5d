// The offline shell of a page, or of several: what they are made of, as this build has it, for a reload where nobody answers. It keeps no data and
// answers no question to the server. The build writes the three names below; of FILES those without a dot are pages.
const family = '__FAMILY__';
const version = '__VERSION__';
const files = __FILES__;

const cache = `${family}-${version}`;
const pages = files.filter((f) => !f.includes('.'));
const patience = 3000; // ms for a server that neither answers nor refuses

self.addEventListener('install', (e) => {
	e.waitUntil(
		caches
			.open(cache)
			.then((c) => c.addAll(files.map((f) => new Request(f, { cache: 'reload' }))))
			.then(() => self.skipWaiting()),
	);
});

self.addEventListener('activate', (e) => {
	const old = caches.keys().then((names) => names.filter((n) => n.startsWith(`${family}-`) && n !== cache));
	e.waitUntil(old.then((names) => Promise.all(names.map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (e) => {
	const url = new URL(e.request.url);
	if (e.request.method !== 'GET' || url.origin !== location.origin) return;
	if (e.request.mode === 'navigate' && pages.includes(url.pathname)) e.respondWith(page(e.request, url.pathname));
	else if (url.pathname.startsWith('/assets/') || (files.includes(url.pathname) && !pages.includes(url.pathname)))
		e.respondWith(kept(url.pathname).then((r) => r ?? fetch(e.request)));
});

const kept = (path) => caches.open(cache).then((c) => c.match(path));

/** page is the server's own while it answers, for it may be newer; else the one that was kept. */
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
