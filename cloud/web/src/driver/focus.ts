/**
 * rescue keeps the keyboard, and who listens, in a part of the page: when what had the focus is gone, the heading of what there is to do now takes it. An offer that was
 * accepted leaves before its stop comes: then the focus follows to the stop. It returns how to end that.
 */
export function rescue(part: HTMLElement): () => void {
	let last: Element | undefined;
	let given: HTMLElement | undefined; // who got it here last

	const remember = (e: FocusEvent): void => {
		last = e.target as Element;
		if (last !== given) given = undefined;
	};
	const look = new MutationObserver(() => {
		const active = document.activeElement;
		const lost = last !== undefined && !last.isConnected && (active === document.body || active === null);
		const heading = part.querySelector<HTMLElement>('[data-now]') ?? part.querySelector<HTMLElement>('h1');
		if (!heading || heading === active || !(lost || (given !== undefined && given === active))) return;
		given = heading;
		heading.focus({ preventScroll: true });
		heading.scrollIntoView?.({ block: 'nearest' });
	});
	part.addEventListener('focusin', remember);
	look.observe(part, { childList: true, subtree: true });
	return () => {
		part.removeEventListener('focusin', remember);
		look.disconnect();
	};
}
