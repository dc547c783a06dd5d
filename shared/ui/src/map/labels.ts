import type { Point } from './ground.ts';

/** Label is where a marker's text stands, in pixels from the marker. */
export interface Label extends Point {
	anchor: 'start' | 'middle' | 'end';
}

/** Box is a part of the glass that is taken. */
export interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

const letter = 7.7; // pixels, a wide one of the map's type
const [up, down] = [13, 5]; // pixels of a line of text over and under its foot
const marker = 17;

/** below is where a text stands when there is room for it. */
export const below: Label = { x: 0, y: 31, anchor: 'middle' };
const places: Label[] = [below, { x: 0, y: -21, anchor: 'middle' }, { x: 20, y: 5, anchor: 'start' }, { x: -20, y: 5, anchor: 'end' }];

/** around is the box of a round marker. */
export function around(at: Point): Box {
	return { left: at.x - marker, top: at.y - marker, right: at.x + marker, bottom: at.y + marker };
}

function boxOf(at: Point, text: string, l: Label): Box {
	const width = text.length * letter;
	const left = at.x + l.x - (l.anchor === 'start' ? 0 : l.anchor === 'end' ? width : width / 2);
	return { left, top: at.y + l.y - up, right: left + width, bottom: at.y + l.y + down };
}

const meet = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** label says where the texts of markers stand so that none covers another, a marker, or what else is taken; undefined: there is no room for it. */
export function label(markers: { at: Point; text: string }[], glass: { width: number; height: number }, taken: Box[] = []): (Label | undefined)[] {
	const used = [...taken];
	return markers.map(({ at, text }) => {
		const others = markers.filter((m) => m.at !== at).map((m) => around(m.at));
		const free = places.find((l) => {
			const box = boxOf(at, text, l);
			const inside = box.left >= 0 && box.top >= 0 && box.right <= glass.width && box.bottom <= glass.height;
			return inside && ![...used, ...others].some((b) => meet(b, box));
		});
		if (free && text !== '') used.push(boxOf(at, text, free));
		return free;
	});
}
