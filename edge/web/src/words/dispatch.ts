import { whyEnglish, whyItalian } from '@awesome/ui/why';
import { dispatchEnglish, type DispatchWords } from './dispatch.en.ts';
import { dispatchItalian } from './dispatch.it.ts';
import { words } from './words.ts';

/** dispatch are the counter's texts about the cloud's drivers. */
export const dispatch: DispatchWords = words.language === 'it' ? dispatchItalian : dispatchEnglish;

/** why are the plan's sentences. */
export const why = words.language === 'it' ? whyItalian : whyEnglish;
