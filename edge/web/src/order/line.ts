import type { Change, Chosen, Crust, Cut, Product, Sauce, Size } from '@awesome/ui';
import type { OrderLine } from './shapes.ts';

/** Line is one row of the order that is being taken. */
export interface Line {
	key: string;
	product: Product;
	half: Product | undefined;
	size: Size;
	crust: Crust | undefined; // undefined, as sauce and cut: as the product has it
	sauce: Sauce | undefined;
	cut: Cut | undefined;
	quantity: number;
	toppings: Change[];
	note: string;
	avoid: string[]; // allergens that must not get to who eats it
}

/** chosen is a line as the menu's rules know it. */
export function chosen(l: Line): Chosen {
	return { product: l.product.id, half: l.half?.id, size: l.size.id, crust: l.crust?.id, sauce: l.sauce?.id, cut: l.cut?.id, toppings: l.toppings, avoid: l.avoid };
}

/** extras are what a line has beyond what is usual. */
export function extras(l: Line): Pick<OrderLine, 'crust' | 'sauce' | 'cut' | 'avoid'> {
	return {
		...(l.crust ? { crust: l.crust.id } : {}), ...(l.sauce ? { sauce: l.sauce.id } : {}), ...(l.cut ? { cut: l.cut.id } : {}), ...(l.avoid.length ? { avoid: l.avoid } : {}),
	};
}
