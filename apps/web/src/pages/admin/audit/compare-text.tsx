import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';

/** Says whether an event is about a text that somebody has: the record holds keyed hashes, never texts. */
export function CompareText({ eventId }: { eventId: string }) {
  const { t } = useTranslation('audit');
  const [text, setText] = useState('');
  const compare = useMutation({
    mutationFn: (given: string) => client.audit.compare({ params: { id: eventId }, body: { text: given } }),
  });
  const matches = compare.data?.matches;
  return (
    <Section title={t('compare')}>
      <form
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          compare.mutate(text);
        }}
      >
        <Field label={t('compare_text')} hint={t('compare_hint')}>
          {(props) => (
            <Input
              {...props}
              required
              maxLength={100_000}
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                compare.reset();
              }}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" size="small" disabled={text === '' || compare.isPending}>
            {t('compare_now')}
          </Button>
          <p role="status" className="text-ink-soft">
            {matches === undefined
              ? ''
              : matches.length === 0
                ? t('compare_other')
                : t('compare_same', { names: matches.map(({ name }) => name).join(', ') })}
          </p>
        </div>
        {compare.error && <ErrorNotice error={compare.error} />}
      </form>
    </Section>
  );
}

/** Whether an event holds hashes of texts. */
export const holdsTexts = (names: readonly string[]): boolean =>
  names.some((name) => /^(?:question|sql|reason)_(?:hmac|sha256)$/.test(name));
