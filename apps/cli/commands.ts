import type { Invocation } from './command-line.ts';
import {
  answerOptions,
  type OptionDefinition,
  readingOptions,
  serverOptions,
  whereOptions,
} from './command-options.ts';
import type { Output } from './output.ts';

export interface RunningCommand {
  invocation: Invocation;
  output: Output;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
}

/** Does the work and answers the exit status. */
export type CommandRun = (running: RunningCommand) => Promise<number>;

export interface CommandDefinition {
  name: string;
  summary: string;
  usage: readonly [string, ...string[]];
  /** Least and most words after the command that are no options. */
  arguments: readonly [number, number];
  options: Record<string, OptionDefinition>;
  details?: string;
  examples?: readonly string[];
  load(): Promise<CommandRun>;
}

const many = Number.POSITIVE_INFINITY;

export const commands: readonly CommandDefinition[] = [
  {
    name: 'ingest',
    summary: 'Read files: types, rejected rows, every decision',
    usage: ['stroma ingest <file...>'],
    arguments: [1, many],
    options: {
      dataset: {
        type: 'string',
        value: 'id',
        meaning: 'Make the file a new version of this dataset (server)',
      },
      output: { type: 'string', value: 'folder', meaning: 'Keep data.parquet and rejects.parquet there' },
      ...readingOptions,
      ...whereOptions,
    },
    details:
      'With a server, the files become datasets there. Without one they are read in this process and reported on;\n--output keeps the Parquet files. "-" reads standard input.',
    examples: ['stroma ingest measurements.csv', 'stroma ingest --decimal , --type zip=text plz.csv --json'],
    load: async () => (await import('./commands/ingest.ts')).ingest,
  },
  {
    name: 'profile',
    summary: 'How good the data is, column by column',
    usage: ['stroma profile <dataset-or-file...>'],
    arguments: [1, many],
    options: { ...readingOptions, ...whereOptions },
    examples: ['stroma profile penguins.csv', 'stroma profile patients.csv visits.csv --json'],
    load: async () => (await import('./commands/profile.ts')).profile,
  },
  {
    name: 'ask',
    summary: 'Ask a question in plain words',
    usage: ['stroma ask <dataset-or-file...> "<question>"'],
    arguments: [2, many],
    options: { ...answerOptions, ...readingOptions, ...whereOptions },
    details:
      'Exits with 3 when the question cannot be answered; it then names the words it did not understand.',
    examples: ['stroma ask sleepstudy.csv "average reaction by days"'],
    load: async () => (await import('./commands/answers.ts')).ask,
  },
  {
    name: 'sql',
    summary: 'Run a SELECT over files or datasets',
    usage: ['stroma sql <dataset-or-file...> "<sql>"'],
    arguments: [2, many],
    options: { ...answerOptions, ...readingOptions, ...whereOptions },
    details:
      'A single file or dataset is the table "dataset"; each is also known by the stem of its name: as it is\n(in double quotes where it needs them) and in snake_case.',
    examples: [
      'stroma sql penguins.csv "SELECT species, count(*) FROM dataset GROUP BY 1"',
      'stroma sql "My Visits.csv" patients.csv "SELECT * FROM my_visits JOIN patients USING (patient_id)" --csv',
    ],
    load: async () => (await import('./commands/answers.ts')).sql,
  },
  {
    name: 'train',
    summary: 'Train a model that predicts a column',
    usage: ['stroma train <file-or-dataset> --target <column>'],
    arguments: [1, 1],
    options: {
      target: { type: 'string', value: 'column', meaning: 'What is to be predicted' },
      time: { type: 'string', value: 'seconds', meaning: 'At most so long, up to 1800 (default 60)' },
      metric: { type: 'string', value: 'name', meaning: 'What models are compared by, as roc_auc or rmse' },
      problem: { type: 'string', value: 'type', meaning: 'binary, multiclass or regression' },
      preset: { type: 'string', value: 'name', meaning: 'fast, balanced (default) or thorough' },
      kind: {
        type: 'string',
        value: 'name',
        meaning: 'Train this alone, as boosted_trees, mlp or tabular_resnet',
      },
      group: {
        type: 'string',
        value: 'column',
        meaning: 'Test by other groups: rows of one value, as of a patient, stay together',
      },
      site: {
        type: 'string',
        value: 'column=value',
        meaning: 'Test by one site: keep the rows of this value back',
      },
      latest: {
        type: 'string',
        value: 'column',
        meaning: 'Test by the latest rows, by this column of times or numbers',
      },
      seed: { type: 'string', value: 'n', meaning: 'Of all that is drawn (default 1)' },
      memory: {
        type: 'string',
        value: 'megabytes',
        meaning: 'Refuse what would need more to learn from (default 4096)',
      },
      out: { type: 'string', value: 'file', meaning: 'Where to keep the model' },
      ...readingOptions,
      ...whereOptions,
    },
    details:
      'A fifth of the rows is kept back to say how good the model is; no choice sees it. It is drawn by chance, but\nfor --group, --site and --latest. Without --out the model is kept in the folder of the sign-ins, under its id.\nWhat is no file is a dataset of the server, which then keeps the model.\nWith --kind nothing is searched: one learner or network learns. A server trains ft_transformer, convolution_1d, lstm,\ngru, transformer_encoder and convolution_2d too.',
    examples: [
      'stroma train patients.csv --target diabetes --time 60 --json',
      'stroma train patients.csv --target diabetes --kind mlp',
      'stroma train visits.csv --target relapse --group patient_id',
    ],
    load: async () => (await import('./commands/train.ts')).train,
  },
  {
    name: 'predict',
    summary: 'Predict the rows of a file with a model',
    usage: ['stroma predict <model> <file>'],
    arguments: [2, 2],
    options: {
      out: { type: 'string', value: 'file.csv', meaning: 'Write the predictions there' },
      columns: {
        type: 'string',
        value: 'a,b,c',
        meaning: 'Of an ONNX file that takes columns side by side: which, in its order',
      },
      classes: { type: 'string', value: 'a,b', meaning: 'Of an ONNX file: its classes, in its order' },
      ...readingOptions,
      ...whereOptions,
    },
    details:
      'A model is its file, the id that "stroma train" gave, or one of the server: its name or id, and behind an @ a\nversion (risk@3, risk@production). An ONNX file is one too: of "stroma export", or of another program.',
    examples: [
      'stroma predict diabetes.stroma-model new-patients.csv --out predicted.csv',
      'stroma predict risk@production new-patients.csv --json',
    ],
    load: async () => (await import('./commands/predict.ts')).predict,
  },
  {
    name: 'explain',
    summary: 'What each column adds to a prediction',
    usage: ['stroma explain <model> <file> --row <n>'],
    arguments: [2, 2],
    options: {
      row: { type: 'string', value: 'n', meaning: 'Which row of the file, from 1 (default 1)' },
      ...readingOptions,
      ...whereOptions,
    },
    examples: ['stroma explain diabetes.stroma-model new-patients.csv --row 3 --json'],
    load: async () => (await import('./commands/predict.ts')).explain,
  },
  {
    name: 'export',
    summary: 'Write a model as an ONNX file, which other programs open',
    usage: ['stroma export <model>'],
    arguments: [1, 1],
    options: {
      format: { type: 'string', value: 'f', meaning: 'onnx (default); of a server also stroma' },
      out: {
        type: 'string',
        value: 'file',
        meaning: 'Where to write it (default the id of the model, here)',
      },
      float: { type: 'boolean', meaning: 'Take numbers in single precision instead of double' },
      ...whereOptions,
    },
    details:
      'The file holds the whole model: an input for each column, predictions out. A model is its file, the id that\n"stroma train" gave, or one of the server (risk@production), of which "stroma" is a file for "stroma predict".',
    examples: [
      'stroma export diabetes.stroma-model --format onnx --out diabetes.onnx',
      'stroma export risk@production --format stroma --out risk.stroma-model',
    ],
    load: async () => (await import('./commands/export.ts')).exportModel,
  },
  {
    name: 'features',
    summary: 'Feature views of the server: list, show, store, look up, join to rows',
    usage: [
      'stroma features',
      'stroma features show <view>',
      'stroma features materialise <view>',
      'stroma features online <view...> --entity <key=value,...>',
      'stroma features join <dataset-or-file> <view...> --time <column>',
    ],
    arguments: [0, many],
    options: {
      entity: {
        type: 'string',
        multiple: true,
        value: 'key=value,...',
        meaning: 'Whose values are looked up; repeatable',
      },
      time: { type: 'string', value: 'column', meaning: 'The column with the time of each row' },
      key: {
        type: 'string',
        multiple: true,
        value: 'key=column',
        meaning: 'The column that holds a key, where it is named otherwise; repeatable',
      },
      name: { type: 'string', value: 'text', meaning: 'What the joined dataset is called' },
      'full-names': { type: 'boolean', meaning: 'Name joined columns view__feature' },
      out: {
        type: 'string',
        value: 'file',
        meaning: 'Write the joined rows there: Parquet where it ends so, else CSV',
      },
      search: { type: 'string', value: 'words', meaning: 'List only those whose name holds this' },
      limit: { type: 'string', value: 'n', meaning: 'Most entries, 1 to 200 (default 50)' },
      cursor: { type: 'string', value: 'text', meaning: 'Go on where the last list ended' },
      ...serverOptions,
    },
    details:
      'A view is its name or id. For "online" and "join" a dot and a feature take that one alone (blood_counts.haemoglobin),\nand for "join" an @ takes an earlier version (blood_counts@2). Each row that is joined gets what was known at its time.',
    examples: [
      'stroma features online blood_counts --entity patient_id=7 --json',
      'stroma features join visits.csv blood_counts --time seen_at --key patient_id=person --out training.csv',
    ],
    load: async () => (await import('./commands/features.ts')).features,
  },
  {
    name: 'datasets',
    summary: 'List the datasets of the server',
    usage: ['stroma datasets'],
    arguments: [0, 0],
    options: {
      search: { type: 'string', value: 'words', meaning: 'Only those whose name holds this' },
      limit: { type: 'string', value: 'n', meaning: 'Most entries, 1 to 200 (default 50)' },
      cursor: { type: 'string', value: 'text', meaning: 'Go on where the last list ended' },
      ...serverOptions,
    },
    load: async () => (await import('./commands/datasets.ts')).datasets,
  },
  {
    name: 'jobs',
    summary: 'List the jobs of the server, or one of them',
    usage: ['stroma jobs [job-id]'],
    arguments: [0, 1],
    options: {
      status: { type: 'string', value: 's', meaning: 'queued, running, succeeded, failed or cancelled' },
      limit: { type: 'string', value: 'n', meaning: 'Most entries, 1 to 200 (default 50)' },
      cursor: { type: 'string', value: 'text', meaning: 'Go on where the last list ended' },
      cancel: { type: 'boolean', meaning: 'Cancel this job' },
      retry: { type: 'boolean', meaning: 'Run this failed or cancelled job again' },
      ...serverOptions,
    },
    load: async () => (await import('./commands/jobs.ts')).jobs,
  },
  {
    name: 'serve',
    summary: 'Start Stroma here',
    usage: ['stroma serve'],
    arguments: [0, 0],
    options: {},
    details: 'Settings come from the environment and stroma.yaml; "stroma config" lists them.',
    examples: ['PORT=8080 stroma serve'],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'worker',
    summary: 'Start a process that only works on jobs',
    usage: ['stroma worker'],
    arguments: [0, 0],
    options: {},
    details:
      'Needs the PostgreSQL and the object store of the server it works for: DATABASE_URL, STROMA_S3_*.',
    load: async () => (await import('./commands/serve.ts')).worker,
  },
  {
    name: 'backup',
    summary: 'Back everything up, also while Stroma runs',
    usage: ['stroma backup [folder or s3 address]', 'stroma backup --check <file or s3 address>'],
    arguments: [0, 1],
    options: {
      verify: { type: 'boolean', meaning: 'Restore it into a scratch folder afterwards, and look at it' },
      check: { type: 'boolean', meaning: 'Look at a backup that is there instead of making one' },
    },
    details:
      'Store, files and keys as they are at one moment, encrypted under a passphrase: STROMA_BACKUP_PASSPHRASE, or asked\nfor. Run it by the account and with the settings (STROMA_DATA, DATABASE_URL ...) that Stroma runs with.',
    examples: ['stroma backup /mnt/backups --verify', 'stroma backup s3://lab-backups/stroma'],
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'Bring a backup into an empty data folder',
    usage: ['stroma restore <file or s3 address>'],
    arguments: [1, 1],
    options: {},
    details:
      'STROMA_DATA must be empty, and so must the database of DATABASE_URL; nothing is ever overwritten. Stop Stroma first.',
    examples: ['STROMA_DATA=./restored stroma restore /mnt/backups/stroma-20260102T030405Z-1a2b3c4d.backup'],
    load: async () => (await import('./commands/backup.ts')).restore,
  },
  {
    name: 'audit',
    summary: 'Verify the audit record, keep a checkpoint of it outside, or check an export',
    usage: ['stroma audit verify', 'stroma audit verify <export file>', 'stroma audit anchor'],
    arguments: [1, 2],
    options: {
      key: { type: 'string', value: 'file.pem', meaning: 'Public key an export must be signed with' },
      ...serverOptions,
    },
    details:
      'Without --server it works on the data folder or database of these settings, whether Stroma runs there or not, and\nverifies every organisation; with it, your own organisation over the API. The exit status is 1 when anything was\naltered, removed, added or reordered, and each such row is named.',
    examples: [
      'stroma audit verify',
      'stroma audit verify stroma-audit-2026-01-31.json --key audit-key.pem',
      'stroma audit verify --server https://stroma.example.org --json',
    ],
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'keys',
    summary: 'Encryption keys: which is in use, or put a new one in use',
    usage: ['stroma keys', 'stroma keys rotate'],
    arguments: [0, 1],
    options: {},
    details:
      '"rotate" makes a new key-encryption key and brings every data key under it, while Stroma runs; broken off, it goes\non where it was when it is run again.',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  {
    name: 'login',
    summary: 'Sign in to a server and keep the token',
    usage: ['stroma login [url]'],
    arguments: [0, 1],
    options: {
      email: { type: 'string', value: 'address', meaning: 'Who signs in; asked for when absent' },
      'password-stdin': {
        type: 'boolean',
        meaning: 'Read the password from standard input; a second line replaces a one-time password',
      },
      ...serverOptions,
    },
    load: async () => (await import('./commands/login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'End the session and forget the token',
    usage: ['stroma logout'],
    arguments: [0, 0],
    options: { ...serverOptions },
    load: async () => (await import('./commands/login.ts')).logout,
  },
  {
    name: 'config',
    summary: 'Every setting: meaning, default, value',
    usage: ['stroma config'],
    arguments: [0, 0],
    options: {},
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'doctor',
    summary: 'Check this machine, with what to do',
    usage: ['stroma doctor'],
    arguments: [0, 0],
    options: {},
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
];

export const findCommand = (name: string): CommandDefinition | null =>
  commands.find((each) => each.name === name) ?? null;
