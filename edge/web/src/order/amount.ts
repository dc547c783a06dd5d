/** digits is how many decimal places a currency has. */
export function digits(currency: string): number {
	return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** minorOf is what somebody typed, in minor units: "12.50", "12,5" and "12" are an amount; undefined is none. */
export function minorOf(typed: string, currency: string): number | undefined {
	const places = digits(currency);
	const found = /^(\d{1,6})(?:[.,](\d*))?$/.exec(typed.trim());
	const part = found?.[2] ?? '';
	if (!found || part.length > places) return undefined;
	return Number(found[1]) * 10 ** places + Number(part.padEnd(places, '0') || '0');
}

/** typedOf is an amount as somebody would type it. */
export function typedOf(minor: number, currency: string): string {
	const places = digits(currency);
	return (minor / 10 ** places).toFixed(places);
}
