/**
 * offline has a service worker keep the pages, so that a reload shows them while the node is away. Browsers allow one on https and on
 * the machine itself only; over plain http the page works as before, and its assets are kept by the browser's own cache.
 */
export function offline(workers = navigator.serviceWorker as Pick<ServiceWorkerContainer, 'register'> | undefined, secure = isSecureContext): void {
	if (secure) workers?.register('/sw.js').catch(() => undefined); // refused by the browser or its owner: as over plain http
}
