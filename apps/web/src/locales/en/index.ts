import common from './common.json';
import data from './data.json';
import home from './home.json';
import signIn from './sign-in.json';

/** The texts of the first pages, which come with the first load; `later.ts` holds those of the others. */
export const english = { common, home, data, signIn };
