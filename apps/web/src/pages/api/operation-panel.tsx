import { useMutation } from '@tanstack/react-query';
import clsx from 'clsx';
import { Copy, Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button, buttonClass } from '../../components/button.tsx';
import { Field, Input, inputClass, Select } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass } from '../../components/page.tsx';
import { copyText } from '../../lib/copy.ts';
import { formatDuration } from '../../lib/format.ts';
import { addressOf, type CallAnswer, curlOf, jsonFault, sendCall } from './call.ts';
import { MethodMark } from './method-mark.tsx';
import { exampleBody, type Operation } from './openapi.ts';

/** One address: what it does, a form to call it, and the answer. */
export function OperationPanel({ operation }: { operation: Operation }) {
  const { t } = useTranslation('api');
  const [values, setValues] = useState<Record<string, string>>({});
  const [body, setBody] = useState(() =>
    operation.body === null ? '' : JSON.stringify(exampleBody(operation.body), null, 2),
  );
  const address = addressOf(operation, values);
  const call = useMutation({ mutationFn: () => sendCall(operation, address, body) });
  const fault = operation.body === null ? null : jsonFault(body);
  const streams = operation.path.includes('/streams/');
  const changes = operation.method !== 'GET' && !operation.path.includes('/query/');
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4">
      <section className={`${panelClass} p-4 sm:p-6`}>
        <h2 className="flex flex-wrap items-center gap-x-2 text-section font-semibold">
          <MethodMark method={operation.method} />
          <code className="font-mono font-medium wrap-anywhere">{operation.path}</code>
        </h2>
        <p className="mt-2 font-medium">{operation.summary}</p>
        {operation.description && <p className="mt-1 max-w-prose text-ink-soft">{operation.description}</p>}
        <form
          className="mt-6 grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (fault === null) call.mutate();
          }}
        >
          {operation.parameters.length > 0 && (
            <div className="grid gap-4 sm:grid-cols-2">
              {operation.parameters.map(({ name, in: place, required, description, schema }) => (
                <Field
                  key={name}
                  label={name}
                  hint={[
                    t(place === 'path' ? 'path_parameter' : 'query_parameter'),
                    ...(required ? [t('required')] : []),
                    ...(description ? [description] : []),
                  ].join(' · ')}
                >
                  {(field) =>
                    schema?.enum ? (
                      <Select
                        {...field}
                        value={values[name] ?? ''}
                        onChange={({ target }) => setValues((now) => ({ ...now, [name]: target.value }))}
                      >
                        <option value="">{schema.default === undefined ? '' : String(schema.default)}</option>
                        {schema.enum.map((each) => (
                          <option key={String(each)}>{String(each)}</option>
                        ))}
                      </Select>
                    ) : (
                      <Input
                        {...field}
                        required={required === true}
                        placeholder={schema?.default === undefined ? undefined : String(schema.default)}
                        value={values[name] ?? ''}
                        onChange={({ target }) => setValues((now) => ({ ...now, [name]: target.value }))}
                        className="font-mono"
                      />
                    )
                  }
                </Field>
              ))}
            </div>
          )}
          {operation.body !== null && (
            <Field label={t('body')} error={fault === null ? null : t('body_invalid', { reason: fault })}>
              {(field) => (
                <textarea
                  {...field}
                  rows={Math.min(16, body.split('\n').length + 1)}
                  spellCheck={false}
                  value={body}
                  onChange={({ target }) => setBody(target.value)}
                  className={clsx(inputClass, 'h-auto py-2 font-mono text-small')}
                />
              )}
            </Field>
          )}
          {operation.takesFile && <p className="text-ink-soft">{t('body_raw')}</p>}
          <div className="flex flex-wrap items-center gap-3">
            {streams ? (
              <a href={address} target="_blank" rel="noreferrer" className={buttonClass({ look: 'primary' })}>
                {t('open')}
              </a>
            ) : (
              !operation.takesFile && (
                <Button type="submit" look="primary" disabled={call.isPending || fault !== null}>
                  <Play size={16} aria-hidden />
                  {t(call.isPending ? 'trying' : 'try')}
                </Button>
              )
            )}
            {changes && !operation.takesFile && (
              <span className="text-small text-warning">{t('warning_changes')}</span>
            )}
          </div>
        </form>
      </section>
      {call.error && <ErrorNotice error={call.error} />}
      {call.data && <AnswerView answer={call.data} />}
      <CodeBlock title={t('as_curl')} note={t('token_note')} code={curlOf(operation, address, body)} />
    </div>
  );
}

function AnswerView({ answer }: { answer: CallAnswer }) {
  const { t } = useTranslation('api');
  const good = answer.status < 400;
  return (
    <section aria-label={t('answer')} className={panelClass} data-answer={answer.status}>
      <div className="flex flex-wrap items-center gap-3 border-b border-line py-2 ps-4 pe-2">
        <h3 className="font-semibold">{t('answer')}</h3>
        <Badge tone={good ? 'good' : 'critical'}>
          {t('answer_meta', {
            status: `${answer.status} ${answer.statusText}`,
            time: formatDuration(answer.durationMs),
          })}
        </Badge>
        {answer.requestId && <code className="font-mono text-small text-ink-faint">{answer.requestId}</code>}
        <span className="ms-auto">
          <IconButton icon={Copy} label={t('answer')} onClick={() => void copyText(answer.body)} />
        </span>
      </div>
      <pre
        className="max-h-[32rem] overflow-auto p-4 font-mono text-small"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {answer.body || t('answer_empty')}
      </pre>
    </section>
  );
}

function CodeBlock({ title, note, code }: { title: string; note: string; code: string }) {
  const { t } = useTranslation();
  return (
    <section aria-label={title} className={panelClass}>
      <div className="flex items-center gap-3 border-b border-line py-2 ps-4 pe-2">
        <h3 className="font-semibold">{title}</h3>
        <p className="min-w-0 flex-1 truncate text-small text-ink-faint">{note}</p>
        <IconButton icon={Copy} label={t('copy')} onClick={() => void copyText(code)} />
      </div>
      <pre
        className="overflow-x-auto p-4 font-mono text-small"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {code}
      </pre>
    </section>
  );
}
