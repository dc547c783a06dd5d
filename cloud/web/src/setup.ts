// What vitest runs before each test file.
import { afresh } from '@awesome/ui/afresh';

afresh();
