import {
  annexFourPoints,
  type BiasReport,
  type Language,
  type ModelRecord,
  type RiskRecord,
  riskQuestionNames,
  riskQuestions,
  type Signature,
} from '@stroma/contracts';
import { englishWords, type RecordWord } from './record-words-english.ts';
import { germanWords } from './record-words-german.ts';
import { groupText } from './report-estimates.ts';

/** What stands in a printed record, whatever it is printed with. */
export type PrintedBlock =
  | { kind: 'heading'; level: 1 | 2; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

export interface PrintedRecord {
  language: Language;
  title: string;
  foot: string;
  page: string;
  page_of: string;
  facts: { name: string; value: string }[];
  notice: string;
  blocks: PrintedBlock[];
}

type Say = (key: string) => string;

/** A key that has no word is said as it is: it names something of the record. */
const wordsOf = (language: Language): Say => {
  const words: Readonly<Record<RecordWord, string>> = language === 'de' ? germanWords : englishWords;
  const word = (key: string): string | null => (Object.hasOwn(words, key) ? words[key as RecordWord] : null);
  return (key) => {
    const ofGroup = key.startsWith('group_') ? word(key.slice('group_'.length)) : null;
    return word(key) ?? (ofGroup === null ? key.replaceAll('_', ' ') : `${word('group')}: ${ofGroup}`);
  };
};

/** A record with the signatures under it, in the words of a language; figures as they stand in it. */
export function printedRecord(
  record: ModelRecord,
  signatures: readonly Signature[],
  language: Language,
): PrintedRecord {
  const say = wordsOf(language);
  const { document } = record;
  const { system, number, made_by, comment, previous_sha256 } = document;
  const fact = (name: string, value: string | null) => (value === null ? [] : [{ name: say(name), value }]);
  return {
    language,
    title: `${say(document.kind)} ${number} ${say('of_model')} ${system.name}`,
    foot: record.record_id,
    page: say('page'),
    page_of: say('page_of'),
    facts: [
      ...fact('version', `${system.number} (${system.version_id})`),
      ...fact('made_by', made_by.name ?? made_by.user_id),
      ...fact('made_at', moment(document.made_at)),
      ...fact('approved_by', record.approved_by === null ? null : (record.approved_by.name ?? '')),
      ...fact('comment', comment === '' ? null : comment),
      ...fact('provenance', record.provenance_id),
      ...fact('previous', previous_sha256),
      ...fact('hash', record.sha256),
      ...fact(
        'seal',
        `Ed25519, ${say('key')} ${record.key_id} (${say(record.seal_valid ? 'valid' : 'not_valid')})\n${record.seal}`,
      ),
      ...signatures.flatMap(({ rendering, state, comment: own }) =>
        fact('signed', `${rendering} (${say(state)})${own === '' ? '' : `\n${own}`}`),
      ),
    ],
    notice: say(document.kind === 'risk_record' ? 'risk_notice' : 'bias_notice'),
    blocks: document.kind === 'risk_record' ? riskBlocks(document, say) : biasBlocks(document, say),
  };
}

const moment = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
const heading = (text: string, level: 1 | 2 = 1): PrintedBlock => ({ kind: 'heading', level, text });
const paragraph = (text: string): PrintedBlock => ({ kind: 'text', text });
const table = (head: string[], rows: string[][]): PrintedBlock[] =>
  rows.length === 0 ? [] : [{ kind: 'table', head, rows }];
const shown = (say: Say, value: string | number | boolean | null): string =>
  value === null ? '–' : typeof value === 'boolean' ? say(value ? 'yes' : 'no') : String(value);
const between = (low: number | null, high: number | null): string =>
  low === null || high === null ? '' : `${low} – ${high}`;

function gapBlocks(missing: RiskRecord['missing'], say: Say): PrintedBlock[] {
  const items = missing.map(({ point, missing: what, about }) => {
    const word = say(`gap_${what}`);
    const of = about === null ? '' : `: ${what === 'answer' ? say(about) : about}`;
    return `${point === null ? '' : `${say('point')} ${point}: `}${word}${of}`;
  });
  return [
    heading(say('missing')),
    items.length === 0 ? paragraph(say('nothing_missing')) : { kind: 'list', items },
  ];
}

const classWord = (say: Say, name: RiskRecord['risk_class']): string =>
  say(name === 'high' ? 'high_risk' : name);

function riskBlocks(record: RiskRecord, say: Say): PrintedBlock[] {
  const { classification, basis, missing, risk_class } = record;
  return [
    heading(say('classification')),
    paragraph(`${say('class')}: ${classWord(say, risk_class)}`),
    ...table(
      [say('article'), say('because')],
      basis.map(({ article, because }) => [article, say(because)]),
    ),
    paragraph(
      `${say('reasons')}: ${classification.reasons === '' ? say('not_stated') : classification.reasons}`,
    ),
    ...gapBlocks(missing, say),
    ...annexFourPoints.flatMap((point) => pointBlocks(record, point, say)),
  ];
}

function pointBlocks(record: RiskRecord, point: (typeof annexFourPoints)[number], say: Say): PrintedBlock[] {
  const asked = riskQuestionNames.filter((name) => riskQuestions[name].point === point);
  return [
    heading(say(`point_${point}`)),
    ...asked.flatMap((name) => [
      heading(`${say(name)} (${riskQuestions[name].clause})`, 2),
      paragraph(record.answers[name] || say('not_stated')),
    ]),
    ...table(
      [say('fact'), say('about'), say('value'), say('interval'), say('source')],
      record.facts
        .filter((fact) => fact.point === point)
        .map(({ name, about, value, low, high, source }) => [
          say(name),
          about ?? '',
          shown(say, value),
          between(low, high),
          `${source.kind} ${source.id}`.trim(),
        ]),
    ),
    ...(point === '5' ? hazardBlocks(record, say) : []),
  ];
}

const hazardBlocks = ({ hazards }: RiskRecord, say: Say): PrintedBlock[] =>
  table(
    [say('hazard'), say('affected'), say('risk'), say('mitigation'), say('residual'), say('accepted')],
    hazards.map((each) => [
      `${say(each.kind)}: ${each.hazard}`,
      each.affected,
      `${say(each.level)} (${say(each.likelihood)}, ${say(each.severity)})`,
      each.mitigation === '' ? say('not_stated') : each.mitigation,
      `${say(each.residual_level)} (${say(each.residual_likelihood)}, ${say(each.residual_severity)})`,
      `${say(each.accepted ? 'yes' : 'no')}${each.reason === '' ? '' : `: ${each.reason}`}`,
    ]),
  );

function biasBlocks(record: BiasReport, say: Say): PrintedBlock[] {
  const { report, by, untested, mitigation, conclusion, limits, missing } = record;
  return [
    ...reportBlocks(report, say),
    heading(say('conclusion')),
    paragraph(conclusion === '' ? say('not_stated') : conclusion),
    heading(say('limits_of_report')),
    paragraph(limits === '' ? say('not_stated') : limits),
    ...gapBlocks(missing, say),
    heading(say('all_rows')),
    ...table(
      [say('figure'), say('value'), say('interval')],
      record.overall.map(({ name, estimate }) => [
        say(name),
        String(estimate.value),
        between(estimate.low, estimate.high),
      ]),
    ),
    ...by.flatMap((own) => columnBlocks(own, say)),
    ...mitigationBlocks(mitigation, say),
    heading(say('untested')),
    ...(untested.length === 0 ? [paragraph(say('nothing_untested'))] : []),
    ...table(
      [say('about'), say('figure'), say('group'), say('rows'), say('reason')],
      untested.map(({ columns, what, group, rows, reason }) => [
        columns.join(' × '),
        say(what),
        group === null ? '' : groupText(group),
        rows === null ? '' : String(rows),
        say(reason),
      ]),
    ),
  ];
}

function reportBlocks(report: BiasReport['report'], say: Say): PrintedBlock[] {
  const { bounds } = report;
  return table(
    [say('fairness_report'), report.report_id],
    [
      [
        say('dataset'),
        `${report.dataset_name} (${report.dataset_version_id}, ${report.dataset_sha256 ?? ''})`,
      ],
      [say('made_by'), `${report.made_by.name ?? report.made_by.user_id}, ${moment(report.made_at)}`],
      [say('rows'), String(report.rows)],
      [say('selected'), shown(say, report.selected)],
      [say('threshold'), shown(say, report.threshold)],
      [say('level'), String(report.level)],
      [
        say('bounds'),
        `${say('difference')} ${bounds.difference}, ${say('ratio')} ${bounds.ratio}, σ ${bounds.scaled}`,
      ],
      [say('smallest'), String(report.smallest)],
      [say('verdict'), say(report.verdict)],
    ],
  );
}

function columnBlocks({ columns, crossed, verdict, groups, criteria }: BiasReport['by'][number], say: Say) {
  const name = `${columns.join(' × ')}${crossed ? ` (${say('crossed')})` : ''}: ${say(verdict)}`;
  return [
    heading(name),
    heading(say('criteria'), 2),
    ...table(
      [
        say('criterion'),
        say('difference'),
        say('interval'),
        say('ratio'),
        say('lowest'),
        say('highest'),
        say('verdict'),
      ],
      criteria.map((each) => [
        say(each.name),
        String(each.difference.value),
        between(each.difference.low, each.difference.high),
        each.ratio === null ? '' : `${each.ratio.value} (${between(each.ratio.low, each.ratio.high)})`,
        groupText(each.lowest),
        groupText(each.highest),
        say(each.verdict),
      ]),
    ),
    heading(say('groups'), 2),
    ...table(
      [say('group'), say('rows'), say('figure'), say('value'), say('interval')],
      groups.flatMap(({ group, rows, figures }) =>
        figures.map(({ name: figure, estimate }) => [
          groupText(group),
          String(rows),
          say(figure),
          String(estimate.value),
          between(estimate.low, estimate.high),
        ]),
      ),
    ),
  ];
}

function mitigationBlocks(mitigation: BiasReport['mitigation'], say: Say): PrintedBlock[] {
  if (mitigation === null) return [];
  const { note, report, changes } = mitigation;
  const told = ({ value, low, high, verdict }: (typeof changes)[number]['before']): string =>
    `${value} (${between(low, high)}), ${say(verdict)}`;
  return [
    heading(say('before_after')),
    paragraph(`${say('mitigation')}: ${note === '' ? say('not_stated') : note}`),
    paragraph(
      `${say('before')}: ${say('fairness_report')} ${report.report_id}, ${say('version')} ${report.number}`,
    ),
    ...table(
      [say('about'), say('criterion'), say('before'), say('after')],
      changes.map(({ columns, criterion, before, after }) => [
        columns.join(' × '),
        say(criterion),
        told(before),
        told(after),
      ]),
    ),
  ];
}
