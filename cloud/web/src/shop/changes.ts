import type { Amount, Placement } from '@awesome/ui';
import type { BasketLine, Menu } from '../wire.ts';

interface ChoiceWords {
	crust: string;
	sauce: string;
	cut: string;
}

interface ChangeWords extends ChoiceWords {
	amount: Record<Amount, string>;
	placement: Record<Placement, string>;
	without: string;
}

type Names = Partial<Pick<Menu, 'toppings' | 'crusts' | 'sauces' | 'cuts'>>;

/** changesOf a line in words: "Crust: Thin", "extra Mushrooms, left half", "without Basil". What the menu does not name is called by its id. */
export function changesOf(line: BasketLine, words: ChangeWords, menu: Names = {}): string[] {
	const toppings = (line.toppings ?? []).map((c) => {
		const name = called(menu.toppings, c.topping);
		const amount = c.amount ?? 'normal';
		const what = amount === 'none' ? `${words.without} ${name}` : amount === 'normal' ? `+ ${name}` : `${words.amount[amount]} ${name}`;
		return c.placement === undefined || c.placement === 'whole' ? what : `${what}, ${words.placement[c.placement]}`;
	});
	return [...choicesOf(line, words, menu), ...toppings];
}

/** choicesOf a line in words: its crust, sauce and cut, where they are not the usual ones. */
export function choicesOf(line: BasketLine, words: ChoiceWords, menu: Names = {}): string[] {
	const all = [[words.crust, line.crust, menu.crusts], [words.sauce, line.sauce, menu.sauces], [words.cut, line.cut, menu.cuts]] as const;
	return all.flatMap(([what, id, list]) => (id ? [`${what}: ${called(list, id)}`] : []));
}

function called(list: readonly { id: string; name: string }[] | undefined, id: string): string {
	return list?.find((x) => x.id === id)?.name ?? id.replaceAll('_', ' ');
}
