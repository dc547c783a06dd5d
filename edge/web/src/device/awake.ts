/** Just what is used of a browser's wake lock. */
interface Waker {
	request(kind: 'screen'): Promise<unknown>;
}

/**
 * awake keeps the screen from falling asleep while the page is in view. Browsers allow that on https and on the machine itself only; elsewhere the
 * tablet's own setting has to. A lock is lost with every look away, so it is asked for again with every look back.
 */
export function awake(page: Document = document, waker = (navigator as { wakeLock?: Waker }).wakeLock): void {
	const ask = () => {
		if (page.visibilityState === 'visible') waker?.request('screen').catch(() => undefined); // refused when the battery is low: it sleeps then
	};
	page.addEventListener('visibilitychange', ask);
	ask();
}
