/** Risk classes of Regulation (EU) 2024/1689; `unclassified` while questions are open, `out_of_scope` by its Article 2. */
export const riskClasses = [
  'unclassified',
  'out_of_scope',
  'minimal',
  'limited',
  'high',
  'prohibited',
] as const;
export type RiskClass = (typeof riskClasses)[number];

/** Article 2(6) and (8): made for scientific research alone, or not yet put into service. */
export const scopeAnswers = ['in_scope', 'research_only', 'not_in_service'] as const;

/** Article 5(1), (a) to (h). */
export const prohibitedPractices = [
  'manipulation',
  'exploitation',
  'social_scoring',
  'crime_prediction',
  'face_scraping',
  'emotion_at_work',
  'biometric_categorisation',
  'remote_identification',
] as const;
export type ProhibitedPractice = (typeof prohibitedPractices)[number];

/** Annex III, 1 to 8. */
export const annexThreeAreas = [
  'biometrics',
  'critical_infrastructure',
  'education',
  'employment',
  'essential_services',
  'law_enforcement',
  'migration',
  'justice',
] as const;
export type AnnexThreeArea = (typeof annexThreeAreas)[number];

/** Article 6(3), (a) to (d). */
export const annexThreeExceptions = [
  'narrow_task',
  'improves_human_work',
  'detects_patterns',
  'preparatory',
] as const;

/** Article 50(1) to (4). */
export const transparencyCases = [
  'talks_to_persons',
  'generates_content',
  'emotion_or_biometrics',
  'deep_fakes',
] as const;

/** The points of Annex IV. */
export const annexFourPoints = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
export type AnnexFourPoint = (typeof annexFourPoints)[number];

/** What only a person can say, and where Annex IV asks for it. */
export const riskQuestions = {
  intended_purpose: { point: '1', clause: '1(a)' },
  provider: { point: '1', clause: '1(a)' },
  interaction: { point: '1', clause: '1(b)-(f)' },
  user_interface: { point: '1', clause: '1(g)' },
  instructions: { point: '1', clause: '1(h)' },
  design_choices: { point: '2', clause: '2(b)' },
  data_origin: { point: '2', clause: '2(d)' },
  oversight: { point: '2', clause: '2(e)' },
  planned_changes: { point: '2', clause: '2(f)' },
  robustness: { point: '2', clause: '2(g)' },
  cybersecurity: { point: '2', clause: '2(h)' },
  limits: { point: '3', clause: '3' },
  unintended_outcomes: { point: '3', clause: '3' },
  metric_choice: { point: '4', clause: '4' },
  risk_management: { point: '5', clause: '5' },
  changes: { point: '6', clause: '6' },
  standards: { point: '7', clause: '7' },
  declaration: { point: '8', clause: '8' },
  market_monitoring: { point: '9', clause: '9' },
} as const satisfies Record<string, { point: AnnexFourPoint; clause: string }>;
export type RiskQuestion = keyof typeof riskQuestions;
export const riskQuestionNames = Object.keys(riskQuestions) as [RiskQuestion, ...RiskQuestion[]];

export const hazardKinds = [
  'error',
  'discrimination',
  'drift',
  'misuse',
  'automation_bias',
  'privacy',
  'security',
  'other',
] as const;
/** Least first. */
export const hazardLikelihoods = ['rare', 'unlikely', 'possible', 'likely', 'frequent'] as const;
export const hazardSeverities = ['negligible', 'minor', 'serious', 'critical', 'catastrophic'] as const;
export const riskLevels = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** Of a cell of the matrix: the product of both places, from 1 to 25, low up to 4, medium up to 9, high beyond. */
export function riskLevelOf(
  likelihood: (typeof hazardLikelihoods)[number],
  severity: (typeof hazardSeverities)[number],
): RiskLevel {
  const product = (hazardLikelihoods.indexOf(likelihood) + 1) * (hazardSeverities.indexOf(severity) + 1);
  return product <= 4 ? 'low' : product <= 9 ? 'medium' : 'high';
}

export const modelRecordKinds = ['risk_record', 'bias_report'] as const;
export type ModelRecordKind = (typeof modelRecordKinds)[number];

/** Who reviews a prediction made for a critical use: nobody, anybody who may, or somebody else than who asked. */
export const reviewRules = ['none', 'anyone', 'another'] as const;
export const reviewStates = ['waiting', 'accepted', 'overridden'] as const;
