import type { Context } from '../../platform/context.ts';
import type { TopicBook } from './topic-book.ts';
import type { TopicRow } from './topics.store.ts';

/** Whether a list must not name a topic to somebody: its dataset is out of their reach. */
export async function isHiddenFrom(ctx: Context, book: TopicBook, row: TopicRow): Promise<boolean> {
  try {
    await book.require(ctx, 'streams:read', row);
    return false;
  } catch (error) {
    const { code } = error as { code?: string };
    // Who made it must be able to delete it when its dataset is gone.
    if (code === 'NOT_FOUND') return row.createdBy !== ctx.actor.id;
    if (code === 'FORBIDDEN') return true;
    throw error;
  }
}
