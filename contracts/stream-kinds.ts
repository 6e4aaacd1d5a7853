/** Kept apart from the schemas, for pages that name them. */
export const topicColumnTypes = ['text', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const;
export type TopicColumnType = (typeof topicColumnTypes)[number];

/** Tumbling: side by side. Sliding: overlapping. Session: as long as no silence of its length comes between. */
export const windowKinds = ['tumbling', 'sliding', 'session'] as const;
export type WindowKind = (typeof windowKinds)[number];
