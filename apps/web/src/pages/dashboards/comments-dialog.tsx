import type { BoardComment, Dashboard } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { inputClass } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';

export const commentsQuery = (id: string) => ({
  queryKey: queryKeys.boardPart(id, 'comments'),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    client.dashboards.comments({ params: { id }, query: { limit: 200 }, signal }),
});

/** What was said of a tile, or of the whole board: threads, answered, settled, changed by who wrote them. */
export function CommentsDialog({
  board,
  tileId,
  title,
  onClose,
}: {
  board: Dashboard;
  tileId: string | null;
  title: string;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const { data, error } = useQuery(commentsQuery(board.dashboard_id));
  const items = data?.items.filter(({ tile_id }) => tileId === null || tile_id === tileId) ?? [];
  const threads = items.filter(({ thread_id }) => thread_id === null);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('comments_of', { title })} description={t('comments_intro')}>
        {error && <ErrorNotice error={error} />}
        {data === undefined && !error && <SkeletonRows rows={3} />}
        {data !== undefined && threads.length === 0 && (
          <p className="mb-4 text-ink-soft">{t('comments_none')}</p>
        )}
        <ul className="grid gap-6">
          {threads.map((thread) => (
            <li key={thread.comment_id} className={thread.resolved_at === null ? undefined : 'opacity-70'}>
              <Comment board={board} comment={thread} withTile={tileId === null} />
              <ul className="ms-4 mt-2 grid gap-2 border-s border-line ps-4">
                {items
                  .filter(({ thread_id }) => thread_id === thread.comment_id)
                  .map((answer) => (
                    <li key={answer.comment_id}>
                      <Comment board={board} comment={answer} withTile={false} />
                    </li>
                  ))}
                {thread.resolved_at === null && (
                  <li>
                    <Writer
                      board={board}
                      tileId={thread.tile_id}
                      threadId={thread.comment_id}
                      label={t('comment_answer')}
                    />
                  </li>
                )}
              </ul>
            </li>
          ))}
        </ul>
        <div className="mt-6 border-t border-line pt-4">
          <Writer board={board} tileId={tileId} threadId={null} label={t('comment_write')} />
        </div>
      </DialogContent>
    </Dialog>
  );
}

function useRefresh(board: Dashboard) {
  const queryClient = useQueryClient();
  return () =>
    queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(board.dashboard_id, 'comments') });
}

function Comment({
  board,
  comment,
  withTile,
}: {
  board: Dashboard;
  comment: BoardComment;
  withTile: boolean;
}) {
  const { t } = useTranslation('dashboards');
  const [editing, setEditing] = useState(false);
  const refresh = useRefresh(board);
  const params = { id: board.dashboard_id, comment_id: comment.comment_id };
  const change = useMutation({
    mutationFn: (body: { text?: string; resolved?: boolean }) =>
      client.dashboards.editComment({ params, body }),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => client.dashboards.removeComment({ params }),
    onSettled: refresh,
  });
  return (
    <article>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{comment.author.name ?? t('somebody_gone')}</span>
        <span className="text-small text-ink-faint">
          {formatAgo(comment.created_at)}
          {comment.edited_at !== null && ` · ${t('comment_edited')}`}
          {withTile && comment.tile_title !== null && ` · ${comment.tile_title}`}
          {comment.resolved_at !== null && ` · ${t('comment_resolved')}`}
        </span>
      </p>
      {editing ? (
        <Form
          label={t('comment_edit')}
          begin={comment.text}
          busy={change.isPending}
          onSend={async (text) => {
            await change.mutateAsync({ text });
            setEditing(false);
          }}
        />
      ) : (
        <p className="whitespace-pre-wrap wrap-anywhere">{comment.text}</p>
      )}
      <p className="-ms-2 flex gap-1">
        {comment.thread_id === null && (
          <Button
            look="quiet"
            size="small"
            onClick={() => change.mutate({ resolved: comment.resolved_at === null })}
          >
            {t(comment.resolved_at === null ? 'comment_resolve' : 'comment_reopen')}
          </Button>
        )}
        {comment.may_change && (
          <>
            <Button look="quiet" size="small" onClick={() => setEditing(!editing)}>
              {t('comment_edit')}
            </Button>
            <Button look="quiet" size="small" onClick={() => remove.mutate()}>
              {t('comment_remove')}
            </Button>
          </>
        )}
      </p>
      {(change.error ?? remove.error) !== null && <ErrorNotice error={change.error ?? remove.error} />}
    </article>
  );
}

function Writer({
  board,
  tileId,
  threadId,
  label,
}: {
  board: Dashboard;
  tileId: string | null;
  threadId: string | null;
  label: string;
}) {
  const refresh = useRefresh(board);
  const send = useMutation({
    mutationFn: (text: string) =>
      client.dashboards.comment({
        params: { id: board.dashboard_id },
        body: { tile_id: tileId, thread_id: threadId, text, mentions: [] },
      }),
    onSettled: refresh,
  });
  // A thread asks for no answer until somebody has one.
  const [open, setOpen] = useState(threadId === null);
  if (!open)
    return (
      <Button look="quiet" size="small" className="-ms-2" onClick={() => setOpen(true)}>
        {label}
      </Button>
    );
  return (
    <>
      {send.error && <ErrorNotice error={send.error} />}
      <Form
        label={label}
        begin=""
        busy={send.isPending}
        onSend={async (text) => {
          await send.mutateAsync(text);
          setOpen(threadId === null);
        }}
      />
    </>
  );
}

function Form({
  label,
  begin,
  busy,
  onSend,
}: {
  label: string;
  begin: string;
  busy: boolean;
  onSend: (text: string) => Promise<unknown>;
}) {
  const [text, setText] = useState(begin);
  return (
    <form
      className="grid justify-items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void onSend(text.trim()).then(
          () => setText(''),
          () => undefined,
        );
      }}
    >
      <textarea
        aria-label={label}
        placeholder={label}
        rows={2}
        maxLength={5000}
        value={text}
        onChange={({ target }) => setText(target.value)}
        className={`${inputClass} h-auto py-1.5`}
      />
      <Button type="submit" size="small" disabled={busy || text.trim() === ''}>
        {label}
      </Button>
    </form>
  );
}
