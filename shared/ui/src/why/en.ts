/** Why the plan wants this driver, in English: a sentence for each key the cloud says. n are minutes or orders, name is a driver's. */
export const en = {
	away: (n: number) => `${n} min away`,
	there_in: (n: number) => `there in ${n} min`,
	on_shelf: 'the order is on its shelf',
	no_forecast: 'the kitchen gave no forecast: reckoned from the promise',
	ready_in: (n: number) => (n <= 0 ? 'ready now' : `ready in ${n} min`),
	food_waits: (n: number) => `the food waits ${n} min`,
	one_way: (n: number) => `${n} orders on one way`,
	dearer: (n: number) => (n <= 0 ? 'the next best driver would be about as good' : `the next best driver would cost ${n} min more`),
	late: (n: number) => `${n} min after the promise`,
	by_hand: (_n: number, name: string) => `a person gave it to ${name}`,
	has_it: (_n: number, name: string) => `${name} has it`,
	fetches: (_n: number, name: string) => `${name} fetches it`,
	better: (_n: number, name: string) => `${name} would be better than who has it`,
	asked: (_n: number, name: string) => `${name} is being asked`,
	after_bag: (_n: number, name: string) => `${name} can have it after what is in the bag`,
	best: (_n: number, name: string) => `${name} is best`,
	not_yet: 'it is not time yet',
	unplanned: 'it is with a driver who cannot be planned with',
	no_kitchen: 'the kitchen does not have it',
	someone_asked: 'a driver is being asked',
	nobody_free: 'no driver is free, near and willing',
	no_way: 'nobody knows the way: the restaurant’s own drivers bring it',
};

export type WhyWords = typeof en;
