import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

// The folders are layers: views compose what domain folders know, domain folders know the shared parts, never the other way round.
const layer = (files, forbidden, message) => ({
	files,
	rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }] },
});

export default ts.config(
	...ts.configs.strict,
	...ts.configs.stylistic,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser } },
		rules: {
			'no-console': 'error',
			eqeqeq: 'error',
			'svelte/no-unused-props': 'error',
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser } },
	},
	{ files: ['browser/**'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
	layer(['src/chain/**', 'src/driver/**', 'src/map/**', 'src/pizza/**', 'src/shop/**', 'src/track/**'], ['**/views/**'], 'a domain folder does not know the views'),
	{ ignores: ['node_modules/', 'dist/'] },
);
