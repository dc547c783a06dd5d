import type { Reason } from '../dispatch.ts';
import type { WhyWords } from './en.ts';

/** Explained is what the plan says of something: in English, and sentence by sentence as keys. A cloud of an older version has no keys. */
export interface Explained {
	because: string[];
	reasons?: Reason[];
}

/** reasons says why in the words of the page. A sentence that the page does not know is said as the cloud says it. */
export function reasons(plan: Explained, words: WhyWords): { text: string; foreign: boolean }[] {
	return plan.because.map((english, i) => {
		const r = plan.reasons?.[i];
		const say = r && Object.hasOwn(words, r.key) ? words[r.key as keyof WhyWords] : undefined;
		if (!r || say === undefined) return { text: english, foreign: true };
		return { text: typeof say === 'string' ? say : say(r.n ?? 0, r.name ?? '', r.of ?? 0), foreign: false };
	});
}
