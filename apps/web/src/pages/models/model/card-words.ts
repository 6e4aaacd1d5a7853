/** The keys of what a card says that nobody recorded. What a later server says beside them is shown as it says it. */
const lacking: Readonly<Record<string, string>> = {
  'what the model is for': 'lacks_purpose',
  'what changed in this version': 'lacks_change',
  'the run it came from': 'lacks_run',
  'the version of the code': 'lacks_code',
  'the data it was trained on': 'lacks_data',
  'the content of that data': 'lacks_content',
  metrics: 'lacks_metrics',
  parameters: 'lacks_parameters',
  files: 'lacks_files',
  'what its limits are': 'lacks_limits',
  'its risks: there is no risk record, or none that you may read': 'lacks_risks',
  'how it serves groups of people': 'lacks_fairness',
};

export type LackingKey = 'lacks_purpose';

export const lackingKey = (what: string): LackingKey | null =>
  (lacking[what] as LackingKey | undefined) ?? null;
