// How a page looks in both themes, and what axe finds in each.
import { photograph, violations } from '../stage.mjs';

/** looks photographs a page in the dark and in the light and returns what axe found; the page is then as it was. */
export async function looks(page, name) {
	const found = [];
	const turn = (theme) =>
		page.evaluate((to) => {
			const root = document.documentElement;
			const was = root.dataset.theme;
			root.dataset.theme = to;
			return was;
		}, theme);
	const was = await turn('dark');
	for (const theme of ['dark', 'light']) {
		await turn(theme);
		found.push(...(await violations(page, `${name} ${theme}`)));
		await photograph(page, `counter-${name}-${theme}`);
	}
	await turn(was);
	return found;
}
