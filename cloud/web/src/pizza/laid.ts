import { sauced, type Amount, type Placement } from '@awesome/ui';
import type { BasketLine, Menu } from '../wire.ts';
import type { Laid } from './art.ts';
import { productOf } from './price.ts';

/** laid is what lies where on a pizza: the toppings of its speciality or of both halves, then the changes. */
export function laid(menu: Menu, line: BasketLine): Laid[] {
	const left = sideOf(menu, line.product, line, 'left');
	const right = sideOf(menu, line.half ?? line.product, line, 'right');
	const out: Laid[] = [];
	for (const topping of [...new Set([...left.keys(), ...right.keys()])]) {
		const l = left.get(topping) ?? 'none';
		const r = right.get(topping) ?? 'none';
		if (l === r) out.push({ topping, placement: 'whole', amount: l });
		else out.push({ topping, placement: 'left', amount: l }, { topping, placement: 'right', amount: r });
	}
	return out.filter((l) => l.amount !== 'none');
}

function sideOf(menu: Menu, product: string, line: BasketLine, side: Placement): Map<string, Amount> {
	const out = new Map<string, Amount>();
	for (const t of sauced(menu, productOf(menu, product)?.toppings ?? [], line.sauce)) out.set(t, 'normal');
	for (const change of line.toppings ?? []) {
		const where = change.placement ?? 'whole';
		if (where === 'whole' || where === side) out.set(change.topping, change.amount ?? 'normal');
	}
	return out;
}
