import type {
  AnnexFourPoint,
  Criticality,
  DriftReport,
  FairnessReport,
  ModelEvaluation,
  ModelVersion,
  Promotion,
  RecordFact,
} from '@stroma/contracts';
import type { ModelRow } from '../registry/models.store.ts';
import type { ReportRow } from '../reports/model-reports.store.ts';
import { estimatesOf, groupText } from './report-estimates.ts';
import type { Watching } from './watched-by.ts';

/** What is on record of a version and may be told to whoever makes the record. */
export interface KnownFacts {
  model: ModelRow;
  version: ModelVersion;
  versions: readonly ModelVersion[];
  evaluation: ModelEvaluation | null;
  fairness: ReportRow | null;
  drift: ReportRow | null;
  promotions: readonly Promotion[];
  signatures: readonly string[];
  critical: Criticality | null;
  reviews: { waiting: number; accepted: number; overridden: number };
  watching: Watching;
}

type Value = RecordFact['value'];
type Measured = FairnessReport['by'][number]['groups'][number];
/** Of more columns and groups so many are told, and how many are not. */
const mostTold = 200;

/** Facts for the points of Annex IV, each with where it is on record. */
export function riskFacts(known: KnownFacts): RecordFact[] {
  return [
    ...general(known),
    ...development(known),
    ...performance(known),
    ...changes(known),
    ...watching(known),
  ];
}

const factsFrom =
  (kind: string, id: string) =>
  (
    point: AnnexFourPoint,
    name: string,
    value: Value,
    { about = null, low = null, high = null }: Partial<Pick<RecordFact, 'about' | 'low' | 'high'>> = {},
  ): RecordFact => ({ point, name, about, value: finite(value), low, high, source: { kind, id } });

const finite = (value: Value): Value =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

function general({ model, version, versions }: KnownFacts): RecordFact[] {
  const ofModel = factsFrom('model', model.id);
  const own = factsFrom('model_version', version.version_id);
  return [
    ofModel('1', 'model', model.name),
    ...(model.description.trim() === '' ? [] : [ofModel('1', 'description', model.description)]),
    own('1', 'version', version.number),
    own('1', 'facts_sha256', version.facts_sha256),
    own('1', 'stage', version.stage),
    own('1', 'registered_by', version.created_by.name ?? version.created_by.user_id),
    own('1', 'registered_at', version.created_at),
    ...(version.code_version === null ? [] : [own('1', 'software', version.code_version)]),
    own('1', 'files', version.artifacts.length),
    ofModel('1', 'earlier_versions', versions.filter(({ number }) => number < version.number).length),
  ];
}

function development({
  version,
  evaluation,
  fairness,
  drift,
  signatures,
  critical,
}: KnownFacts): RecordFact[] {
  const own = factsFrom('model_version', version.version_id);
  const facts = [
    ...version.inputs.map((input) =>
      factsFrom('dataset_version', input.dataset_version_id ?? '')('2', 'data', input.content_sha256, {
        about: input.name,
      }),
    ),
    ...Object.entries(version.params).map(([key, value]) => own('2', 'parameter', value, { about: key })),
    ...Object.entries(version.metrics).map(([key, value]) => own('2', 'metric', value, { about: key })),
    ...signatures.map((rendering) => own('2', 'signature', rendering)),
    ...(critical === null
      ? []
      : [
          own('2', 'sign_offs', critical.sign_offs),
          own('2', 'reviews', critical.reviews),
          ...critical.rules.map(({ name, reason }) => own('5', 'critical_rule', reason, { about: name })),
        ]),
    ...(fairness === null
      ? []
      : [factsFrom('model_report', fairness.id)('2', 'fairness_report', fairness.id)]),
    ...(drift === null ? [] : [factsFrom('model_report', drift.id)('2', 'drift_report', drift.id)]),
  ];
  return evaluation === null ? facts : [...facts, ...learned(evaluation)];
}

function learned(evaluation: ModelEvaluation): RecordFact[] {
  const own = factsFrom('evaluation', evaluation.version_id);
  const { dataset, holdout, parameters, signature } = evaluation;
  const told = signature.slice(0, mostTold);
  return [
    own('2', 'learned_by', evaluation.learned_by),
    own('2', 'problem_type', evaluation.problem_type),
    own('2', 'target', evaluation.target),
    own('2', 'optimised_metric', evaluation.metric),
    own('2', 'seed', parameters.seed),
    own('2', 'time_limit_s', parameters.time_limit_s),
    own('2', 'seconds', evaluation.seconds),
    own('2', 'memory_bytes', evaluation.memory_bytes),
    own('2', 'model_bytes', evaluation.model_bytes),
    own('2', 'model_sha256', evaluation.model_sha256),
    own('2', 'engine', evaluation.engine),
    own('2', 'explanations', true),
    ...(dataset === null
      ? []
      : [
          own('2', 'data_rows', dataset.rows, { about: dataset.name }),
          own('2', 'data_restricted', dataset.restricted, { about: dataset.name }),
        ]),
    own('2', 'columns', signature.length),
    ...told.map(({ name, missing_share }) => own('2', 'missing_share', missing_share, { about: name })),
    ...(told.length < signature.length ? [own('2', 'columns_not_told', signature.length - told.length)] : []),
    ...evaluation.decisions
      .slice(0, mostTold)
      .map(({ decision, message }) => own('2', 'decision', message, { about: decision })),
    ...evaluation.leaks
      .slice(0, mostTold)
      .map(({ kind, message }) => own('2', 'leak', message, { about: kind })),
    ...(holdout === null
      ? []
      : [
          own('2', 'held_out_rows', holdout.rows),
          ...holdout.scores.map(({ metric, score, ci }) =>
            own('3', 'score', score, { about: metric, low: ci?.[0] ?? null, high: ci?.[1] ?? null }),
          ),
          own('4', 'baseline', holdout.baseline, { about: evaluation.metric }),
          ...(holdout.coverage === null ? [] : [own('3', 'coverage', holdout.coverage)]),
        ]),
    own('4', 'metric_direction', evaluation.more_is_better ? 'more' : 'less', { about: evaluation.metric }),
    ...evaluation.calibration.map(({ label, error }) =>
      own('4', 'calibration_error', error, { about: label }),
    ),
    ...told
      .filter(({ low }) => low !== null)
      .map(({ name, low, middle, high }) => own('3', 'input_range', middle, { about: name, low, high })),
    ...told
      .filter(({ levels }) => levels !== null)
      .map(({ name, levels, more_levels }) =>
        own('3', 'input_categories', (levels?.length ?? 0) + more_levels, { about: name }),
      ),
  ];
}

function performance({ fairness }: KnownFacts): RecordFact[] {
  if (fairness === null) return [];
  const own = factsFrom('model_report', fairness.id);
  const report = fairness.document as FairnessReport;
  const groups = report.by.flatMap((by): Measured[] => by.groups);
  return [
    own('3', 'fairness_verdict', report.verdict),
    own('3', 'fairness_rows', report.rows),
    ...groups
      .slice(0, mostTold)
      .flatMap((measured) =>
        estimatesOf(measured).map(({ name, estimate: { value, low, high } }) =>
          own('3', `group_${name}`, value, { about: groupText(measured.group), low, high }),
        ),
      ),
    ...(groups.length > mostTold ? [own('3', 'groups_not_told', groups.length - mostTold)] : []),
    ...report.by.flatMap(({ columns, criteria }) =>
      criteria.flatMap(({ name, difference: { value, low, high }, verdict }) => {
        const about = `${columns.join(' × ')}: ${name}`;
        return [
          own('3', 'criterion_difference', value, { about, low, high }),
          own('3', 'criterion_verdict', verdict, { about }),
        ];
      }),
    ),
  ];
}

function changes({ version, versions, promotions }: KnownFacts): RecordFact[] {
  return [
    ...versions
      .filter(({ number }) => number <= version.number)
      .map((each) =>
        factsFrom('model_version', each.version_id)('6', 'version_registered', each.created_at, {
          about: each.description.trim() === '' ? String(each.number) : `${each.number}: ${each.description}`,
        }),
      ),
    ...promotions.map((each) =>
      factsFrom('promotion', each.promotion_id)('6', 'stage_change', each.state, {
        about: `${each.number}: ${each.from_stage} → ${each.to_stage}, ${each.decided_at ?? each.requested_at}`,
      }),
    ),
    ...version.erasures.map((id) => factsFrom('erasure', id)('6', 'erasure', id)),
  ];
}

function watching({ model, version, drift, reviews, watching: by }: KnownFacts): RecordFact[] {
  const ofModel = factsFrom('model', model.id);
  const own = factsFrom('model_version', version.version_id);
  const log = model.predictionLog;
  const report = drift === null ? null : { row: drift, found: drift.document as DriftReport };
  return [
    ofModel('9', 'predictions_kept', log?.enabled === true),
    ...(log?.enabled === true ? [ofModel('9', 'predictions_kept_share', log.share)] : []),
    ofModel('9', 'audit_trail', true),
    own('9', 'reviews_waiting', reviews.waiting),
    own('9', 'reviews_accepted', reviews.accepted),
    own('9', 'reviews_overridden', reviews.overridden),
    ...(report === null
      ? []
      : [
          factsFrom('model_report', report.row.id)('9', 'drift_severity', report.found.severity),
          factsFrom('model_report', report.row.id)('9', 'drifted_columns', report.found.drifted_count),
          factsFrom('model_report', report.row.id)('9', 'compared_columns', report.found.column_count),
        ]),
    ...by.monitors.flatMap(monitorFacts),
    ...by.trials.flatMap(trialFacts),
  ];
}

function monitorFacts(monitor: Watching['monitors'][number]): RecordFact[] {
  const { monitor_id, name: about, window, schedule, rules, rule_states, newest } = monitor;
  const own = factsFrom('model_monitor', monitor_id);
  const told = (name: string, value: Value) => own('9', name, value, { about });
  return [
    own('9', 'monitor', about),
    told('monitor_version', monitor.version),
    window.kind === 'count'
      ? told('monitor_window_rows', window.rows)
      : told('monitor_window_hours', window.hours),
    told('monitor_schedule', schedule === null ? null : `${schedule.cron} ${schedule.time_zone}`),
    told('monitor_paused', monitor.paused),
    told('monitor_rules', rules.length),
    told('monitor_rules_firing', rule_states.filter(({ state }) => state === 'firing').length),
    told('monitor_retrains', monitor.retraining !== null),
    told('monitor_checked_at', newest?.created_at ?? null),
    ...(newest === null ? [] : [told('monitor_severity', newest.severity)]),
  ];
}

function trialFacts(trial: Watching['trials'][number]): RecordFact[] {
  const { challenge_id, champion, challenger, test } = trial;
  const own = factsFrom('model_challenge', challenge_id);
  const about = `${challenger.number} / ${champion.number}`;
  const told = (name: string, value: Value) => own('9', name, value, { about });
  return [
    told('trial', trial.status),
    told('trial_mode', trial.mode),
    told('trial_metric', trial.metric),
    told('trial_units', test.units),
    ...(test.difference === null
      ? []
      : [
          own('9', 'trial_difference', test.difference.estimate, {
            about,
            low: test.difference.low,
            high: test.difference.high,
          }),
        ]),
    told('trial_decision', trial.decision),
  ];
}
