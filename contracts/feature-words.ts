/** What the pages say of features too, kept from the schemas. */
export const featureTypes = ['integer', 'number', 'text', 'boolean', 'date', 'timestamp'] as const;
export type FeatureType = (typeof featureTypes)[number];

/** `behind`: its inputs have new versions, or it means something else by now. */
export const viewFreshnesses = ['never', 'fresh', 'behind'] as const;

export const featureStates = ['fresh', 'stale', 'missing'] as const;

export const materialisationStatuses = ['succeeded', 'failed'] as const;
