// What vitest runs before each test file.
import { afresh } from './afresh.ts';

afresh();
