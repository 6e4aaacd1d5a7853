import { customType, timestamp } from 'drizzle-orm/pg-core';

/** A point in time, to the millisecond, as JavaScript has it. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
