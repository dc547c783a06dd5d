import type { Printer, Role } from '@awesome/ui';

/** The texts of who is signed in and of what a shift looks after, in English. */
export const en = {
	worries: 'Somebody should look after',
	sinceThen: (time: string) => `since ${time}`,
	sensors: 'Probes and scales',
	sensorState: { ok: 'as it should be', too_warm: 'too warm', too_cold: 'too cold', silent: 'not heard of' },
	weighs: (grams: number) => `${Math.round(grams)} g`,
	title: 'Shift',
	tabs: { people: 'People', off: '86', intake: 'Web orders', printers: 'Printers', screens: 'Screens' },
	roles: { cook: 'cook', counter: 'counter', shift_manager: 'shift manager' } satisfies Record<Role, string>,
	takes: { cook: 'cook', counter: 'person of the counter', shift_manager: 'shift manager' } satisfies Record<Role, string>,
	failed: (why: string) => `Not done. ${why}`,
	lost: 'Not done: the node does not answer. Try again.',

	pad: {
		signIn: 'Sign in', word: 'Shift manager’s word', cook: (name: string) => `PIN of ${name}`, way: { sign_in: 'Sign in', word: 'Just this once', cook: 'PIN' },
		needs: (does: string, who: string) => `To ${does} it takes a ${who}.`, cannot: (name: string, does: string, who: string) => `${name} cannot ${does}: it takes a ${who}.`,
		wordHint: 'A shift manager enters their PIN and says why. Nobody is signed in or out.',
		hint: 'PIN of 4 to 8 digits', pin: 'PIN', digits: (n: number) => (n === 1 ? '1 digit' : `${n} digits`), wipe: 'Delete a digit', enter: 'Enter', reason: 'Why',
		wrong: 'That is nobody’s PIN. Try again.', locked: (s: number) => `Too many wrong PINs: wait ${s} s. Cooking goes on without.`, notManager: 'That takes a shift manager’s PIN.',
		reasons: ['agreed with the guest', 'our mistake', 'nobody else is here'], noReason: 'Choose a reason first.',
	},
	does: {
		void: 'void an order', remake_finished: 'make finished food again', rush: 'rush an order', change: 'change an order', 86: 'take something off the menu',
		pause: 'pause or take web orders', take_back: 'take back what was handed over', hand_over_unpaid: 'hand over what is not paid',
		reprint_receipt: 'print a receipt again', unplug_screen: 'put a screen away', oven_works: 'say that an oven works again',
		day_open: 'open the day', day_close: 'close the day', see_till: 'look into the till', take_payment: 'take a payment', refund: 'give money back',
		discount: 'give a discount', no_sale: 'open the drawer without a sale', drop: 'bring cash to the safe', pay_out: 'pay something out of the drawer',
		own_driver: 'send an own driver', see_dispatch: 'look at who brings what', assign_driver: 'say who brings an order', find_customer: 'look a guest up', forget_customer: 'forget a guest', stock_count: 'count stock',
		stock_waste: 'write off stock', stock_receipt: 'receive stock', thresholds: 'set thresholds', read_audit: 'read the audit log', print_test: 'print a test page',
	} as Partial<Record<string, string>>,
	somethingElse: 'do that',
	signInNeeded: 'Somebody has to sign in for that.', pinNeeded: 'That takes their PIN, or a shift manager.', roleNeeded: 'That takes somebody else.', unpaid: 'It is not paid: the counter takes the money, or says why it goes all the same.',

	atScreen: 'At this screen', nobody: 'Nobody is signed in here. Cooking needs nobody.', since: (time: string) => `since ${time}`, until: (time: string) => `until ${time}`,
	signIn: 'Sign in', signOut: 'Sign out', cooks: 'Cooks at work', noCooks: 'Nobody is on the roster.', working: (n: number) => (n === 1 ? 'at work · 1 ticket' : `at work · ${n} tickets`),
	work: 'Start work', home: 'Finish work', resting: 'not at work', away: 'silent for long: gets no tickets', everywhere: 'all stations',

	soldOut: (n: number) => `86: ${n}`, soldOutLong: (n: number) => (n === 1 ? '1 thing is sold out' : `${n} things are sold out`), offNow: 'Off the menu now', nothingOff: 'All of the menu can be had.', lift: 'Back on the menu',
	because: (what: string) => `because of ${what}`, ranOut: 'ran out: it comes back when it is counted or received', untilLifted: 'until somebody lifts it',
	takeOff: 'Take something off', kinds: { product: 'Products', topping: 'Toppings' }, search: 'Search', whyOff: (what: string) => `${what}: why?`, how: (what: string) => `${what}: off for how long?`, another: 'Something else',
	ends: { hour: '1 hour', tonight: (time: string) => `Until tomorrow, ${time}`, lifted: 'Until somebody lifts it' }, offReasons: ['sold out', 'not good enough', 'machine is broken'], offHere: 'Off the menu, of this order',

	paused: 'Web orders paused', pausedBy: { rule: 'the kitchen is full' }, taking: 'Web orders are taken', wait: (time: string) => `A new order would wait ${time} for hands and ovens.`,
	room: 'The kitchen has room: a new order would not have to wait.',
	pauseFor: 'Pause for', minutes: (n: number) => `${n} min`, resume: 'Take web orders again', pauseReasons: ['too much to do', 'a machine is broken', 'too few of us'], why: 'Why',
	pauseRule: 'It paused by itself: the kitchen is full. It takes them again by itself.',

	printers: { ready: 'ready', starting: 'starting', offline: 'does not answer', paper_out: 'out of paper', cover_open: 'cover is open', fault: 'is stuck' } satisfies Record<Printer['state'], string>,
	noPrinters: 'This restaurant has no printers.', paperLow: 'paper is low', waits: (n: number) => (n === 1 ? '1 paper waits' : `${n} papers wait`), on: (backup: string) => `prints at ${backup}`, test: 'Test print', tested: 'A test page is on its way.',
	printAgain: 'Print again', papers: { ticket: 'Ticket', label: 'Box labels', receipt: 'Receipt' }, printed: (n: number) => `${n} is printed again`,

	thisScreen: 'Name of this screen', screenName: (view: string, id: string) => `${view} ${id}`, here: 'on', gone: (ago: string) => `gone for ${ago}`, thisOne: 'this screen', putAway: 'Put away', noScreens: 'No screen has told its name yet.',

	startAt: (time: string) => `Start at ${time}`, startNow: 'Start now', startWhy: 'it is fetched later', wanted: (time: string) => `for ${time}`, plan: (start: string, oven: string, ready: string) => [start && `start ${start}`, oven && `oven ${oven}`, `ready ${ready}`].filter(Boolean).join(' · '),
	isNew: 'new', isChanged: 'changed', takenOff: 'off', wasBefore: (what: string) => `was ${what}`, remakes: { burned: 'Burned', dropped: 'Dropped', wrong: 'Made wrong', other: 'Something else' }, inWords: 'In words, if you like',
	remade: 'Made again', remadeFor: { burned: 'burned', dropped: 'dropped', wrong: 'made wrong', other: 'another reason' } as Partial<Record<string, string>>,
	marks: 'Doubts about its times', mark: { bulk_bump: 'bumped with many others', early_out: 'tapped out of the oven early', not_sensed: 'no oven saw it go in', before_driver: 'handed over before the driver came' } as Partial<Record<string, string>>,
	calm: 'No rush any more',
	bringBack: 'Bring it back',
};

export type HouseWords = typeof en;
