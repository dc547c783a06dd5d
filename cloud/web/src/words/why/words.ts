import { whyEnglish as en, whyItalian as it } from '@awesome/ui/why';
import { pick } from '../pick.ts';

/** why are the plan's sentences in the language of the page. */
export const why = pick({ en, it }, [new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages]);
