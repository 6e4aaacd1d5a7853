import manifest from '../package.json' with { type: 'json' };

/** What made a result, as provenance names it. */
export const software = `stroma ${manifest.version}`;
