import type { Printer } from '@awesome/ui';

/** ill: somebody should look after a printer. */
export function ill(p: Printer): boolean {
	return p.on_backup || (p.state !== 'ready' && p.state !== 'starting');
}
