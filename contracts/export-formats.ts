/** What a dashboard can be taken out as. */
export const exportFormats = ['pdf', 'png', 'svg', 'html', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const alertKinds = ['threshold', 'change', 'anomaly'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** `unknown`: not looked at yet. `missing`: the tile gave no value. */
export const alertStates = ['unknown', 'ok', 'firing', 'missing'] as const;
export type AlertState = (typeof alertStates)[number];
