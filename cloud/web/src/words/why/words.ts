import { pick } from '../pick.ts';
import { en } from './en.ts';
import { it } from './it.ts';

/** why are the plan's sentences in the language of the page. */
export const why = pick({ en, it }, [new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages]);
