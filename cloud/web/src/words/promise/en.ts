/** PromiseWords are what a promise is explained with: of a basket, and while the order is made. */
export interface PromiseWords {
	ahead: (orders: number) => string;
	make: (minutes: number) => string;
	oven: (minutes: number) => string;
	unwell: string;
	large: string;
	driver: (minutes: number) => string;
	drive: (minutes: number) => string;
	unreached: string;
	stale: (minutes: number) => string;
	scheduled: string;
}

export const promise: PromiseWords = {
	ahead: (n) => (n === 1 ? '1 order ahead' : `${n} orders ahead`),
	make: (min) => `${min} min to make it`,
	oven: (min) => `${min} min in the oven`,
	unwell: 'an oven is not well',
	large: 'a large order',
	driver: (min) => `a driver in about ${min} min`,
	drive: (min) => `${min} min on the road`,
	unreached: 'the restaurant cannot be reached at the moment',
	stale: (min) => `the kitchen was last heard of ${min} min ago`,
	scheduled: 'for the time that you chose',
};
