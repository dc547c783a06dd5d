import type { Crust, Cut, Sauce } from './choices.ts';

// What there is to sell, as node and cloud write it. Prices are in minor units of the menu's currency.

export interface Size {
	id: string;
	name: string;
	price_minor: number;
	diameter_cm?: number;
}

export interface Product {
	id: string;
	name: string;
	category: string;
	description: string;
	sizes: Size[];
	toppings?: string[];
	crusts?: string[];
	sauces?: string[];
	cuts?: string[];
	allergens?: string[];
}

/** MenuTopping has a price for each size on which it can be had. */
export interface MenuTopping {
	id: string;
	name: string;
	price_minor: Record<string, number>;
	allergens?: string[];
}

export interface Menu {
	version: number;
	name: string;
	currency: string;
	products: Product[];
	toppings: MenuTopping[];
	crusts?: Crust[];
	sauces?: Sauce[];
	cuts?: Cut[];
}
