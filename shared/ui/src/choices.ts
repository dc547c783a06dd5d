import type { Change } from './wire.ts';

// What a pizza can be had with, by the same rules as the menu's in Go: see shared/menu. What is usual is left out of a line.

export interface Crust {
	id: string;
	name: string;
	price_minor: Record<string, number>;
	allergens?: string[];
	free_from?: string[];
}

export interface Sauce {
	id: string;
	name: string;
	price_minor: Record<string, number>;
	topping?: string;
}

export interface Cut {
	id: string;
	name: string;
}

interface Dish {
	id: string;
	toppings?: string[];
	allergens?: string[];
	crusts?: string[];
	sauces?: string[];
	cuts?: string[];
}

/** Choices are what of a menu one has to know to choose from it. */
export interface Choices {
	products: readonly Dish[];
	toppings: readonly { id: string; allergens?: string[] }[];
	crusts?: readonly Crust[];
	sauces?: readonly Sauce[];
	cuts?: readonly Cut[];
}

/** Chosen is what of a line has to do with choices. */
export interface Chosen {
	product: string;
	half?: string | undefined;
	size?: string | undefined;
	crust?: string | undefined;
	sauce?: string | undefined;
	cut?: string | undefined;
	toppings?: readonly Change[] | undefined;
	avoid?: readonly string[] | undefined;
}

/** allergens are the fourteen that have to be named, as everybody lists them. */
export const allergens = [
	'gluten', 'crustaceans', 'eggs', 'fish', 'peanuts', 'soybeans', 'milk', 'nuts', 'celery', 'mustard', 'sesame', 'sulphites', 'lupin', 'molluscs',
] as const;

/** offered is what the product can be had with, and on two halves what both can. */
export function offered(menu: Choices, line: Chosen): { crusts: Crust[]; sauces: Sauce[]; cuts: Cut[] } {
	const all = dishes(menu, line);
	const among = <T extends { id: string }>(list: readonly T[] | undefined, ids: (d: Dish) => string[] | undefined): T[] =>
		(all[0] ? (ids(all[0]) ?? []) : []).filter((id) => all.every((d) => ids(d)?.includes(id))).flatMap((id) => list?.find((x) => x.id === id) ?? []);
	return { crusts: among(menu.crusts, (d) => d.crusts), sauces: among(menu.sauces, (d) => d.sauces), cuts: among(menu.cuts, (d) => d.cuts) };
}

/** usual is what the line has when nothing is said. Two halves with different sauces have none. */
export function usual(menu: Choices, line: Chosen): { crust: string | undefined; sauce: string | undefined; cut: string | undefined } {
	const all = dishes(menu, line);
	const own = (d: Dish) => (d.toppings ?? []).filter((t) => isSauce(menu, t)).join();
	const sauce = offered(menu, line).sauces.find((s) => all.every((d) => own(d) === (s.topping ?? '')));
	return { crust: all[0]?.crusts?.[0], sauce: sauce?.id, cut: all[0]?.cuts?.[0] };
}

/** priceOfChoices is what crust and sauce cost on top, in minor units; undefined when the line cannot be had with them. */
export function priceOfChoices(menu: Choices, line: Chosen, size: string): number | undefined {
	const can = offered(menu, line);
	const normal = usual(menu, line);
	let price = 0;
	if (line.crust) {
		const each = can.crusts.find((c) => c.id === line.crust)?.price_minor[size];
		if (each === undefined) return undefined;
		price += each;
	}
	if (line.sauce) {
		const sauce = can.sauces.find((s) => s.id === line.sauce);
		if (!sauce) return undefined;
		if (sauce.id !== normal.sauce) price += sauce.price_minor[size] ?? 0;
	}
	if (line.cut && !can.cuts.some((c) => c.id === line.cut)) return undefined;
	return price;
}

/** sauced are the toppings of a recipe under a sauce, which replaces those that are sauces. */
export function sauced(menu: Choices, recipe: readonly string[], sauce: string | undefined): string[] {
	const chosen = menu.sauces?.find((s) => s.id === sauce);
	if (!chosen) return [...recipe];
	return [...(chosen.topping ? [chosen.topping] : []), ...recipe.filter((t) => !isSauce(menu, t))];
}

/** allergensOf a line: the union over halves, crust, sauce and what is put on. What a crust is free of is in it all the same when a topping has it. */
export function allergensOf(menu: Choices, line: Chosen): string[] {
	const all = dishes(menu, line);
	const out = new Set(all.flatMap((d) => d.allergens ?? []));
	const add = (topping: string | undefined) => menu.toppings.find((t) => t.id === topping)?.allergens?.forEach((a) => out.add(a));
	const crust = menu.crusts?.find((c) => c.id === line.crust);
	if (crust?.free_from?.length) {
		for (const a of crust.free_from) out.delete(a);
		const off = new Set((line.toppings ?? []).filter((c) => c.amount === 'none' && (c.placement ?? 'whole') === 'whole').map((c) => c.topping));
		for (const d of all) for (const t of sauced(menu, d.toppings ?? [], line.sauce)) if (!off.has(t)) add(t);
	}
	for (const a of crust?.allergens ?? []) out.add(a);
	add(menu.sauces?.find((s) => s.id === line.sauce)?.topping);
	for (const c of line.toppings ?? []) if (c.amount !== 'none') add(c.topping);
	return [...out].sort();
}

/** conflict is what must not get to who eats the line, and is in it all the same. */
export function conflict(menu: Choices, line: Chosen): string[] {
	const has = allergensOf(menu, line);
	return (line.avoid ?? []).filter((a) => has.includes(a));
}

/** toggled is a list of allergens with one more, or one fewer, in everybody's order. */
export function toggled(avoid: readonly string[], allergen: string): string[] {
	return allergens.filter((a) => (a === allergen ? !avoid.includes(a) : avoid.includes(a)));
}

function dishes(menu: Choices, line: Chosen): Dish[] {
	return [line.product, ...(line.half ? [line.half] : [])].flatMap((id) => menu.products.find((p) => p.id === id) ?? []);
}

function isSauce(menu: Choices, topping: string): boolean {
	return menu.sauces?.some((s) => s.topping === topping) === true;
}
