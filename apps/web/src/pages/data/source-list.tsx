import type { QueryKey } from '@tanstack/react-query';
import { type LucideIcon, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { Page, panelClass } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { type ListPage, usePages } from '../../lib/pages.ts';

/** A page of places data comes from, each a line, with the way to add one for who may. */
export function SourceListPage<Item>({
  texts,
  icon,
  queryKey,
  fetch,
  everyMs,
  mayAdd,
  form,
  line,
}: {
  texts: { title: string; intro: string; add: string; none: string; noneText: string };
  icon: LucideIcon;
  queryKey: QueryKey;
  fetch: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<ListPage<Item>>;
  /** How often it is read again; absent: when it is told of a change. */
  everyMs?: number;
  mayAdd: boolean;
  form: (close: () => void) => ReactNode;
  line: (item: Item) => ReactNode;
}) {
  useCrumbName(texts.title);
  const [adding, setAdding] = useState(false);
  const pages = usePages<Item>(queryKey, fetch, everyMs);
  return (
    <Page
      title={texts.title}
      intro={texts.intro}
      actions={
        mayAdd && (
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden />
            {texts.add}
          </Button>
        )
      }
    >
      <PagedList
        pages={pages}
        skeleton={{ rows: 4, className: 'h-16' }}
        empty={
          <EmptyState icon={icon} title={texts.none}>
            {texts.noneText}
          </EmptyState>
        }
      >
        {(items) => <ul className={`${panelClass} divide-y divide-line`}>{items.map(line)}</ul>}
      </PagedList>
      {adding && form(() => setAdding(false))}
    </Page>
  );
}

/** One of them: its name and what it is, and how it does. */
export function SourceLine({
  icon: Icon,
  name,
  about,
  state,
}: {
  icon: LucideIcon;
  name: ReactNode;
  about: string;
  state: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Icon size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">{name}</p>
        <p className="text-small text-ink-faint wrap-anywhere">{about}</p>
      </div>
      <p className="text-small text-ink-soft tabular-nums">{state}</p>
    </li>
  );
}
