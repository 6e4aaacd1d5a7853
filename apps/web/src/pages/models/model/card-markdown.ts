import type { ModelCard } from '@stroma/contracts';
import type { TFunction } from 'i18next';
import { formatBytes, formatMoment } from '../../../lib/format.ts';
import { lackingKey } from './card-words.ts';

type Words = TFunction<['models', 'governance']>;
type Pairs = readonly (readonly [name: string, value: string | number | null])[];

/** What persons wrote begins no heading, link or tag. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&').replaceAll('\n', '  \n');

const table = (title: string, pairs: Pairs): string[] => {
  const rows = pairs.filter(([, value]) => value !== null);
  if (rows.length === 0) return [];
  return [
    `## ${title}`,
    ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${cell(name)} | ${cell(String(value))} |`)].join(
      '\n',
    ),
  ];
};
const cell = (text: string): string => plain(text).replaceAll('  \n', ' ');

/** A card as a person reads it, in the language of the page; `metrics` as the page names them. */
export function cardMarkdown(card: ModelCard, metrics: Pairs, t: Words): string {
  const { model, version, training, data, artifacts, reports, risk, signatures, not_stated } = card;
  const said = (text: string | null | undefined): string => (text ? plain(text) : `*${t('nobody_said')}*`);
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`## ${title}`, items.map((item) => `- ${item}`).join('\n')];
  return [
    `# ${plain(model.name)} ${version.number}`,
    ...(model.description === '' ? [] : [plain(model.description)]),
    ...(version.description === '' ? [] : [plain(version.description)]),
    `## ${t('intended_use')}`,
    said(risk?.intended_purpose),
    `## ${t('limits')}`,
    said(risk?.limits),
    ...(risk === null
      ? [`## ${t('risk_record')}`, t('no_risk_record')]
      : table(t('risk_record'), [
          [t('governance:risk_class'), t(`governance:class_${risk.risk_class}`)],
          [
            t('risk_record'),
            t('risk_record_of_other', { number: risk.number, version: risk.version_number }),
          ],
          [t('risk_missing'), risk.missing],
          [
            t('risk_approved'),
            risk.approved_by === null ? t('nobody_yet') : (risk.approved_by.name ?? risk.approved_by.user_id),
          ],
          [t('record_hash'), risk.sha256],
        ])),
    ...table(t('card'), [
      [t('stage'), t(`stage_${version.stage}`)],
      [t('registered_by'), version.registered_by.name],
      [t('registered'), formatMoment(version.registered_at)],
      [t('run'), training.name],
      [t('code_version'), training.code_version],
      [t('software'), training.software],
      [t('facts_hash'), card.facts_sha256],
      [t('card_hash'), card.card_sha256],
    ]),
    ...table(t('parameters'), Object.entries(training.params)),
    ...table(t('metrics'), metrics),
    ...table(
      t('data'),
      data.inputs.map(({ name, content_sha256 }) => [name, content_sha256 ?? '']),
    ),
    ...reports.flatMap(({ kind, figures, made_at }) =>
      table(`${t(`tab_${kind}`)}, ${formatMoment(made_at)}`, Object.entries(figures)),
    ),
    ...table(
      t('files'),
      artifacts.map(({ path, bytes }) => [path, formatBytes(bytes)]),
    ),
    ...list(
      t('signatures'),
      signatures.map(({ rendering, state }) => `${plain(rendering)} (${state})`),
    ),
    ...list(
      t('not_stated'),
      not_stated.map((what) => lacked(what, t)),
    ),
    '',
  ].join('\n\n');
}

export function lacked(what: string, t: Words): string {
  const key = lackingKey(what);
  return key === null ? what : t(key);
}
