import type { Amount, Placement } from '@awesome/ui';
import type { BasketLine, MenuTopping } from '../wire.ts';

interface ChangeWords {
	amount: Record<Amount, string>;
	placement: Record<Placement, string>;
	without: string;
}

/** changesOf a line in words: "extra Mushrooms, left half", "without Basil". A topping the menu does not name is called by its id. */
export function changesOf(line: BasketLine, words: ChangeWords, toppings: MenuTopping[] = []): string[] {
	return (line.toppings ?? []).map((c) => {
		const name = toppings.find((t) => t.id === c.topping)?.name ?? c.topping.replaceAll('_', ' ');
		const amount = c.amount ?? 'normal';
		const what = amount === 'none' ? `${words.without} ${name}` : amount === 'normal' ? `+ ${name}` : `${words.amount[amount]} ${name}`;
		return c.placement === undefined || c.placement === 'whole' ? what : `${what}, ${words.placement[c.placement]}`;
	});
}
