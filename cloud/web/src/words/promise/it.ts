import type { PromiseWords } from './en.ts';

export const promise: PromiseWords = {
	ahead: (n) => (n === 1 ? '1 ordine prima' : `${n} ordini prima`),
	make: (min) => `${min} min per prepararlo`,
	oven: (min) => `${min} min in forno`,
	unwell: 'un forno non va bene',
	large: 'un ordine grande',
	driver: (min) => `un fattorino tra circa ${min} min`,
	drive: (min) => `${min} min di strada`,
	unreached: 'al momento il ristorante non è raggiungibile',
	stale: (min) => `ultima notizia dalla cucina ${min} min fa`,
	scheduled: 'per l’orario che hai scelto',
};
