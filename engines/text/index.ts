export { type ChartSpec, chooseChart } from './answers/choose-chart.ts';
export { explainResult, type ResultFacts } from './answers/explain-result.ts';
export { buildSchemaPrompt } from './answers/schema-prompt.ts';
export {
  detectInjection,
  type InjectionFinding,
  type InjectionVerdict,
} from './injection/detect-injection.ts';
export type { QueryExpression } from './questions/expression.ts';
export { parseMetricQuestion, type QuestionMetric } from './questions/metrics.ts';
export { parseQuestion } from './questions/parse.ts';
export type { ParseOptions } from './questions/read-question.ts';
export { type PreparedTables, prepareTables } from './questions/schema-index.ts';
export { suggestQuestions } from './questions/suggest.ts';
export type {
  AnswerColumn,
  AnswerShape,
  Correction,
  Interpretation,
  ParsedQuestion,
  QuestionTable,
  WordMeaning,
  WordRole,
} from './questions/types.ts';
export { writeDuckdb } from './questions/write-duckdb.ts';
