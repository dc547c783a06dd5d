import type { WhyWords } from './en.ts';

/** Why the plan wants this driver, in Italian. */
export const it: WhyWords = {
	away: (n) => `a ${n} min da qui`,
	there_in: (n) => `arriva fra ${n} min`,
	on_shelf: 'l’ordine è pronto sullo scaffale',
	no_forecast: 'la cucina non ha dato previsioni: calcolato dalla promessa',
	ready_in: (n) => (n <= 0 ? 'pronto adesso' : `pronto fra ${n} min`),
	food_waits: (n) => `il cibo aspetta ${n} min`,
	one_way: (n) => `${n} ordini in un solo giro`,
	dearer: (n) => (n <= 0 ? 'il secondo autista andrebbe quasi altrettanto bene' : `con il secondo autista ci vorrebbero ${n} min in più`),
	late: (n) => `${n} min dopo la promessa`,
	by_hand: (_n, name) => `una persona l’ha dato a ${name}`,
	has_it: (_n, name) => `ce l’ha ${name}`,
	fetches: (_n, name) => `lo ritira ${name}`,
	better: (_n, name) => `${name} sarebbe meglio di chi ce l’ha`,
	asked: (_n, name) => `si sta chiedendo a ${name}`,
	after_bag: (_n, name) => `${name} può averlo dopo ciò che ha nella borsa`,
	best: (_n, name) => `${name} è la scelta migliore`,
	not_yet: 'non è ancora il momento',
	unplanned: 'è con un autista con cui non si può pianificare',
	no_kitchen: 'non ce l’ha la cucina',
	someone_asked: 'si sta chiedendo a un autista',
	nobody_free: 'nessun autista è libero, vicino e disponibile',
	no_way: 'nessuno conosce la strada: lo portano gli autisti del ristorante',
};
