/** Phrases that ask for what no query over rows can give, and what is said instead of an answer. */
export const refusals: [string, string][] = [
  [
    'why|how come|reason|reasons|explain why|cause|causes|caused|causing|because',
    'It asks for causes. Stroma reports what the data holds, not why.',
  ],
  [
    'predict|prediction|predicted|forecast|forecasting|will|going to|next year|next month|next week|next quarter|future|projected|projection|expect to|tomorrow|extrapolate',
    'It asks about the future. Stroma answers from the rows that are there.',
  ],
  [
    'should|recommend|recommendation|advise|advice|suggest|suggestion|good idea|opinion|think|believe|feel|worth',
    'It asks for a judgement or advice.',
  ],
  [
    'significant|significantly|significance|p value|p - value|t test|t - test|anova|hypothesis|statistically|chi square|chi - square|chi squared|regression|regress|confidence interval|confidence intervals|wilcoxon|mann whitney|odds ratio|hazard ratio|relative risk|kaplan meier|standard error|effect size|cohen',
    'It asks for a statistical test or model. The Research area does those.',
  ],
  [
    'influence|influences|affect|affects|impact|impacts|effect of|effects of|effective|effectiveness|lead to|leads to|due to|responsible for|drives',
    'It asks for an effect, which a summary of rows cannot show.',
  ],
  [
    'delete|drop table|update|insert|alter|truncate|create table',
    'It asks to change data; questions only read.',
  ],
  [
    'cluster the|train|classify|impute|normalize|normalise|standardize',
    'It asks for an analysis that is not a question over the rows.',
  ],
  [
    'safe|unsafe|healthy|dangerous|better|good|bad|well|favourite|favorite|nice|beautiful|interesting',
    'It asks for a judgement that no column holds.',
  ],
  ['yesterday weather|meaning of|define|definition', 'It asks for an explanation that the rows do not hold.'],
];
