const marks = [1 / 6, 1 / 2, 5 / 6];

/** Seeing finds what lies on top at a point of the page: the browser's own elementFromPoint, where there is one. */
export type Seeing = (x: number, y: number) => Element | null;

/**
 * bare: at least half of what is in view of an element is not covered by anything else. A window over it, the dark behind a dialog, a panel: who
 * cannot read it through them has not seen it.
 */
export function bare(element: Element, see: Seeing | undefined = eyes()): boolean {
	if (!see) return true;
	const box = element.getBoundingClientRect();
	let [seen, all] = [0, 0];
	for (const down of marks) {
		for (const right of marks) {
			const top = see(box.left + box.width * right, box.top + box.height * down);
			if (!top) continue; // out of view
			all++;
			if (element.contains(top)) seen++;
		}
	}
	return seen * 2 >= all && seen > 0;
}

function eyes(): Seeing | undefined {
	return typeof document.elementFromPoint === 'function' ? (x, y) => document.elementFromPoint(x, y) : undefined;
}
