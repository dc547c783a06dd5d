import { Refusal, Unreached } from '@awesome/ui';
import { house } from '../words/house.ts';

/** said is a failure in the words of this page where there are any, else in the node's. */
export function said(err: unknown): string {
	if (err instanceof Unreached) return house.lost;
	if (!(err instanceof Refusal)) return house.failed(String(err));
	const { code, retry_after, detail, title } = err.problem;
	if (code === 'wrong_pin') return house.pad.wrong;
	if (code === 'pin_locked') return house.pad.locked(Number(retry_after) || 0);
	if (code === 'pin_needed') return house.failed(house.pinNeeded);
	if (code === 'sign_in_needed') return house.failed(house.signInNeeded);
	if (code === 'role_needed') return house.failed(house.roleNeeded);
	return house.failed(detail ?? title);
}

/** asks says what a pad is open for. */
export function asks(problem: { code: string; action?: unknown; needs?: unknown }, name: string | undefined): string {
	const does = house.does[String(problem.action)] ?? house.somethingElse;
	const who = house.takes[problem.needs as keyof typeof house.takes] ?? house.takes.shift_manager;
	return problem.code === 'role_needed' && name ? house.pad.cannot(name, does, who) : house.pad.needs(does, who);
}
