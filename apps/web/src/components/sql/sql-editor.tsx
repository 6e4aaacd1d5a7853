import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

export interface SqlProblem {
  message: string;
  /** From 1; null when the engine did not say where. */
  line: number | null;
  column: number | null;
}

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', maxHeight: '24rem' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-faint)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--accent) 7%, transparent)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 25%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--ink)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--critical)' },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--warning)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--info)' },
  { tag: tags.comment, color: 'var(--ink-faint)', fontStyle: 'italic' },
  { tag: tags.typeName, color: 'var(--info)' },
]);

/** An SQL editor: completes table and column names, marks what the engine objects to, runs with Ctrl-Enter. */
export default function SqlEditor({
  label,
  value,
  schema,
  onChange,
  onRun,
  validate,
}: {
  label: string;
  value: string;
  /** Columns of each table. */
  schema: Record<string, string[]>;
  onChange: (sql: string) => void;
  onRun: () => void;
  validate: (sql: string) => Promise<SqlProblem[]>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onRun, validate });
  latest.current = { onChange, onRun, validate };
  const schemaText = JSON.stringify(schema);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed value is brought in below, without a new editor
  useEffect(() => {
    if (place.current === null) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                latest.current.onRun();
                return true;
              },
            },
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          autocompletion(),
          sql({ dialect: PostgreSQL, schema: JSON.parse(schemaText) as Record<string, string[]> }),
          linter(
            async (view) => diagnosticsOf(view, await latest.current.validate(view.state.doc.toString())),
            {
              delay: 500,
            },
          ),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [schemaText, label]);

  useEffect(() => {
    const view = editor.current;
    if (view === null || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={place} className="overflow-hidden rounded-lg border border-line-strong" />;
}

function diagnosticsOf(view: EditorView, problems: readonly SqlProblem[]): Diagnostic[] {
  const { doc } = view.state;
  return problems.map(({ message, line, column }) => {
    const at = doc.line(Math.min(doc.lines, Math.max(1, line ?? 1)));
    const from = Math.min(at.to, at.from + Math.max(0, (column ?? 1) - 1));
    const word = line === null ? null : view.state.wordAt(from);
    return { from: word?.from ?? from, to: word?.to ?? at.to, severity: 'error', message };
  });
}
