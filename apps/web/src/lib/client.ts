import { createClient } from '@stroma/sdk';

/** The page's own origin, signed in by cookie. */
export const client = createClient();
