import { betterBy, type WhatIf } from '../dispatch.ts';
import type { OneMoreWords } from './words.ts';

/** oneMore says what one driver more would change of a plan. */
export function oneMore(a: WhatIf, w: OneMoreWords): string {
	const by = betterBy(a);
	const parts = [
		...(by.nobody ? [w.thenNobody(a.now.nobody, a.then.nobody)] : []),
		...(by.late ? [w.thenLate(a.now.late, a.then.late)] : []),
		...(by.door ? [w.thenDoor(Math.round(a.now.click_to_door_min), Math.round(a.then.click_to_door_min))] : []),
	];
	return parts.length === 0 ? w.same : parts.join(', ');
}
