export const presets = ['fast', 'balanced', 'thorough'] as const;
export type Preset = (typeof presets)[number];

/** Of so many rows three folds tell enough. */
const manyRows = 20_000;

/** Folds, and proposals after the portfolio. */
export const presetSettings: Readonly<Record<Preset, { folds: number; refinements: number }>> = {
  fast: { folds: 3, refinements: 0 },
  balanced: { folds: 5, refinements: 30 },
  thorough: { folds: 8, refinements: 120 },
};

/** Of so many rows to learn from. */
export const foldsFor = (rows: number, preset: Preset): number =>
  rows > manyRows ? 3 : presetSettings[preset].folds;
