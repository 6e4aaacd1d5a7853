import manifest from '../../package.json' with { type: 'json' };

/** What a model was made with, as provenance and the card name it. */
export const engine = `stroma ${manifest.version}`;
